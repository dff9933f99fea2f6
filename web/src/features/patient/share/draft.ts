import type { Limit, Permission, Terms } from "../../../client/consent";
import type { Template } from "../../../gen/volens/consent/v1/consent_pb";
import { AIUse, DataClass, RecipientClass, SensitiveTopic } from "../../../gen/volens/consent/v1/duo_pb";
import { type Dataset, Kind } from "../../../gen/volens/dataset/v1/dataset_pb";

/** The questions that a patient answers, in the order in which a request answers them. */
export type QuestionName = "who" | "why" | "diseases" | "what" | "ai" | "limits" | "topics" | "end" | "money";

/** How long a consent can last, in years. */
export const spans = [1, 2, 5] as const;

/** All answers. */
export interface Answer {
  readonly who: readonly RecipientClass[];
  readonly why: Permission;
  /** Asked for research on certain diseases only. */
  readonly diseases?: readonly string[];
  readonly codebook?: string;
  /** Asked where the kind of the data does not say it. */
  readonly what?: readonly DataClass[];
  readonly ai: AIUse;
  readonly limits: readonly Limit[];
  readonly topics: readonly SensitiveTopic[];
  /** The ethics organisation for what is not allowed at once; empty for none. */
  readonly referTo: string;
  /** End in milliseconds since 1970. */
  readonly end: number | "never";
  /** An address, or "donate"; empty is the dataset's own account. */
  readonly money: string;
  readonly understood: boolean;
}

/** What is answered so far; nothing at first. */
export type Draft = Partial<Answer>;

/** The questions that these answers lead to. */
export function questionsFor(draft: Draft, kind: Kind): QuestionName[] {
  const all: (QuestionName | false)[] = [
    "who",
    "why",
    draft.why === "DS" && "diseases",
    classesOf(kind).length > 1 && "what",
    "ai",
    "limits",
    "topics",
    "end",
    "money",
  ];
  return all.filter((name) => name !== false);
}

/** Whether every question has an answer, and the person showed that she understood. */
export function complete(draft: Draft): draft is Answer {
  const needed = ["who", "why", "ai", "limits", "topics", "referTo", "end", "money"] as const;
  return draft.understood === true && needed.every((name) => draft[name] !== undefined);
}

/** The answers as terms of a consent. */
export function termsOf(answer: Answer, text: Template, { owner, payload }: Dataset): Terms {
  return {
    permission: answer.why,
    diseases: answer.diseases ?? [],
    codebook: answer.codebook ?? "",
    limits: answer.limits,
    ai: answer.ai,
    dataClasses: answer.what ?? classesOf(payload?.kind ?? Kind.UNSPECIFIED),
    recipients: answer.who,
    topics: answer.topics,
    end: answer.end,
    payout: answer.money === "" ? owner : answer.money,
    referTo: answer.referTo,
    text,
    understood: answer.understood,
  };
}

/** What a file of a kind can hold: one class where the kind says it. */
export function classesOf(kind: Kind): DataClass[] {
  switch (kind) {
    case Kind.VCF:
    case Kind.GVCF:
    case Kind.GENOTYPE_ARRAY:
      return [DataClass.GERMLINE_VARIANTS];
    case Kind.BAM:
    case Kind.CRAM:
    case Kind.FASTQ:
      return [DataClass.READS];
    case Kind.DICOM_STUDY:
      return [DataClass.IMAGES];
    default: {
      const records = [DataClass.LABS, DataClass.CONDITIONS, DataClass.MEDICATIONS, DataClass.REPORTS];
      return kind === Kind.TABULAR ? [...records, DataClass.WEARABLE, DataClass.SURVEY] : records;
    }
  }
}

/** Who can be allowed to receive data: insurers, employers and law enforcement never are. */
export const recipientChoices: readonly RecipientClass[] = [
  RecipientClass.ACADEMIC,
  RecipientClass.NON_PROFIT,
  RecipientClass.PUBLIC_BODY,
  RecipientClass.CLINICIAN,
  RecipientClass.COMPANY,
];

/** How far machine learning may go. */
export const aiChoices: readonly AIUse[] = [AIUse.AI_USE_NONE, AIUse.AI_USE_INFER, AIUse.AI_USE_TRAIN];

/** Topics that are referred to an ethics board unless they are allowed. */
export const topicChoices: readonly SensitiveTopic[] = [
  SensitiveTopic.CONTROLS,
  SensitiveTopic.POPULATION,
  SensitiveTopic.GENDER,
  SensitiveTopic.PAEDIATRIC,
  SensitiveTopic.VULNERABLE,
  SensitiveTopic.SEXUAL_DISEASE,
  SensitiveTopic.PSYCHOLOGICAL_TRAITS,
  SensitiveTopic.STIGMATISING,
];

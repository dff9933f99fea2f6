/** A cohort call as a researcher writes it, twin of Go's `client/requestfile.go`. Its texts stand at the gateways, their digests on chain. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { z } from "zod";
import { fromHex, toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { type PaperDigests, type Papers, paperDigests } from "../core/papers";
import { CoinSchema } from "../gen/cosmos/base/v1beta1/coin_pb";
import {
  AIUse,
  DataClass,
  PromisesSchema,
  Purpose,
  PurposeStatementSchema,
  ResearchType,
  SensitiveTopic,
  type Use,
  UseMode,
  UseSchema,
} from "../gen/volens/consent/v1/duo_pb";
import { DigestsSchema, Mode, type Request, type Spec, SpecSchema } from "../gen/volens/market/v1/market_pb";

/** A posted request protects nobody in a crowd, so it has fewer seats than the network's k, which is 11. */
export const mostSeats = 10;

const text = z.string().max(20_000);
const digits = /^(?:[1-9]\d{0,19})?$/;
const sha256 = z.string().regex(/^(?:[0-9a-f]{64})?$/);
const country = z.string().regex(/^(?:[A-Z]{2})?$/);
const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** Everything of a request that a person writes. Empty fields are allowed while it is a draft: see {@link missing}. */
export const requestDraft = z.strictObject({
  title: text,
  laySummary: text,
  contact: text,
  /** Digest of the study's protocol, by which ethics approves it; the file itself is not kept. */
  protocolSha256: sha256,
  protocolName: text,
  organisation: text,
  /** Who stands behind the organisation; empty: nobody else. */
  beneficialOwner: text,
  /** All who see the data beside the researcher. */
  recipients: z.array(text).max(20),
  collaborator: text,
  purposes: z
    .array(z.strictObject({ purpose: z.enum(Purpose), healthAim: z.boolean(), diseases: z.array(text).max(50) }))
    .max(10),
  codebook: text,
  researchTypes: z.array(z.enum(ResearchType)),
  dataClasses: z.array(z.enum(DataClass)),
  topics: z.array(z.enum(SensitiveTopic)),
  ai: z.enum(AIUse),
  commercial: z.boolean(),
  siteCountry: country,
  computeCountry: country,
  durationMonths: whole,
  publish: z.boolean(),
  noReidentification: z.boolean(),
  noLinkage: z.boolean(),
  returnResults: z.boolean(),
  /** YYYY-MM-DD; nothing is published before. Empty: no such date. */
  moratorium: z.string().regex(/^(?:\d{4}-\d{2}-\d{2})?$/),
  /** What is looked for; only the digest goes on chain. */
  criteria: z.record(z.string(), z.string()),
  nMin: whole,
  nMax: whole,
  /** The patient's part of each seat, in the smallest unit of `denom`. */
  price: z.string().regex(digits),
  denom: text,
  /** How many blocks patients have. */
  deadlineBlocks: whole,
  /** Confirms that a posted request hides nobody in a crowd. */
  noCohortProtection: z.boolean(),
});

/** A request that is being written. */
export type RequestDraft = z.infer<typeof requestDraft>;

/** Health research with one seat, nothing promised and nothing confirmed. */
export function emptyDraft(): RequestDraft {
  return {
    title: "",
    laySummary: "",
    contact: "",
    protocolSha256: "",
    protocolName: "",
    organisation: "",
    beneficialOwner: "",
    recipients: [],
    collaborator: "",
    purposes: [{ purpose: Purpose.HMB, healthAim: true, diseases: [] }],
    codebook: "",
    researchTypes: [],
    dataClasses: [],
    topics: [],
    ai: AIUse.AI_USE_NONE,
    commercial: false,
    siteCountry: "",
    computeCountry: "",
    durationMonths: 12,
    publish: false,
    noReidentification: false,
    noLinkage: false,
    returnResults: false,
    moratorium: "",
    criteria: {},
    nMin: 1,
    nMax: 1,
    price: "",
    denom: "",
    deadlineBlocks: 10_000,
    noCohortProtection: false,
  };
}

/** Names of the fields that the chain, or a person who is asked, would miss. */
export function missing(draft: RequestDraft): (keyof RequestDraft)[] {
  const needs: [keyof RequestDraft, boolean][] = [
    ["title", draft.title.trim() !== ""],
    ["laySummary", draft.laySummary.trim() !== ""],
    ["contact", draft.contact.trim() !== ""],
    ["protocolSha256", draft.protocolSha256 !== ""],
    ["organisation", draft.organisation !== ""],
    ["purposes", draft.purposes.length > 0 && draft.purposes.every(complete)],
    ["codebook", draft.codebook !== "" || draft.purposes.every(({ diseases }) => diseases.length === 0)],
    ["dataClasses", draft.dataClasses.length > 0],
    ["ai", draft.ai !== AIUse.AI_USE_UNSPECIFIED],
    ["siteCountry", draft.siteCountry !== ""],
    ["computeCountry", draft.computeCountry !== ""],
    ["durationMonths", draft.durationMonths > 0],
    ["noReidentification", draft.noReidentification],
    ["nMin", draft.nMin > 0 && draft.nMin <= draft.nMax],
    ["nMax", draft.nMax > 0 && draft.nMax <= mostSeats],
    ["price", draft.price !== ""],
    ["denom", draft.denom !== ""],
    ["deadlineBlocks", draft.deadlineBlocks > 0],
    ["noCohortProtection", draft.noCohortProtection],
  ];
  return needs.filter(([, there]) => !there).map(([name]) => name);
}

const disease = /^MONDO:\d{7}$/;

function complete({ purpose, diseases }: RequestDraft["purposes"][number]): boolean {
  if (purpose === Purpose.UNSPECIFIED || !diseases.every((id) => disease.test(id))) return false;
  return purpose !== Purpose.DS || diseases.length > 0;
}

/** What the researcher states: who, what for, how. */
export function statedUse(draft: RequestDraft, researcher: string): Use {
  return create(UseSchema, {
    purposes: draft.purposes.map((stated) => create(PurposeStatementSchema, stated)),
    researchTypes: [...draft.researchTypes],
    commercial: draft.commercial,
    dataClasses: [...draft.dataClasses],
    ai: draft.ai,
    mode: UseMode.RELEASE,
    organisation: draft.organisation,
    beneficialOwner: draft.beneficialOwner || draft.organisation,
    recipients: [researcher, ...draft.recipients],
    siteCountry: draft.siteCountry,
    computeCountry: draft.computeCountry,
    durationMonths: draft.durationMonths,
    promises: create(PromisesSchema, {
      publish: draft.publish,
      noReidentification: draft.noReidentification,
      noLinkage: draft.noLinkage,
      returnResults: draft.returnResults,
      ...(draft.moratorium && { moratorium: timestampFromMs(Date.parse(`${draft.moratorium}T00:00:00Z`)) }),
    }),
    topics: [...draft.topics],
    protocolSha256: fromHex(draft.protocolSha256),
    codebook: draft.codebook,
    collaborator: draft.collaborator,
  });
}

/** What a spec needs beside the draft. */
export interface SpecOptions {
  readonly researcher: string;
  readonly keyId: bigint;
  /** The present height, from which the deadline is counted. */
  readonly height: bigint;
  /** Blinds the digests of the papers, 32 bytes. */
  readonly salt: Uint8Array;
  /** `age1pq1...`, to which gateways deliver. */
  readonly deliveryKey: string;
}

/** The request as the chain stores it. A draft with something missing is a usage Fault with the fields as reasons. */
export function specOf(draft: RequestDraft, options: SpecOptions): Spec {
  const gaps = missing(draft);
  if (gaps.length > 0) throw new Fault("usage", "request-incomplete", { reasons: gaps });
  const { title, laySummary, protocol, contact, criteria } = paperDigests(papersOf(draft, options.salt));
  return create(SpecSchema, {
    mode: Mode.POSTED,
    use: statedUse(draft, options.researcher),
    digests: create(DigestsSchema, { title, laySummary, protocol, contact }),
    keyId: options.keyId,
    nMin: draft.nMin,
    nMax: draft.nMax,
    price: create(CoinSchema, { denom: draft.denom, amount: draft.price }),
    deadline: options.height + BigInt(draft.deadlineBlocks),
    criteriaSha256: criteria,
    noCohortProtection: draft.noCohortProtection,
    deliveryKey: options.deliveryKey,
  });
}

/** The words of a request, as patients read them and as they are hashed. */
export function papersOf(draft: RequestDraft, salt: Uint8Array): Papers {
  return {
    title: draft.title.trim(),
    laySummary: draft.laySummary.trim(),
    contact: draft.contact.trim(),
    protocolSha256: draft.protocolSha256,
    criteria: Object.entries(draft.criteria),
    salt: toHex(salt),
  };
}

/** The digests of its papers that a request has on chain. */
export function digestsOf(request: Request): PaperDigests {
  const { digests, criteriaSha256 } = request.spec ?? {};
  if (!digests || !criteriaSha256) throw new Fault("internal", "node-answer");
  const { title, laySummary, protocol, contact } = digests;
  return { title, laySummary, protocol, contact, criteria: criteriaSha256 };
}

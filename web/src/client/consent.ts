/** What a patient allows, and her way back. Twin of Go's `consent.go` and `terms.go`. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { pause } from "../chain/live";
import type { Node } from "../chain/node";
import { ask, askAll } from "../chain/query";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { Basis, type Organisation, OrganisationStatus, Role } from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import {
  type Codebook,
  type Consent,
  Mode,
  type Provision,
  ProvisionSchema,
  Status,
  Subject,
  type Template,
} from "../gen/volens/consent/v1/consent_pb";
import {
  type AIUse,
  type DataClass,
  ModifierSchema,
  type RecipientClass,
  type SensitiveTopic,
} from "../gen/volens/consent/v1/duo_pb";
import { Query as ConsentQuery } from "../gen/volens/consent/v1/query_pb";
import { MsgAmendConsentSchema, MsgGrantConsentSchema, MsgRevokeConsentSchema } from "../gen/volens/consent/v1/tx_pb";
import type { Dataset } from "../gen/volens/dataset/v1/dataset_pb";
import { latestConsent } from "./allowed";
import { orAbsent } from "./committee";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";
import { type Prover, provenConsent } from "./prover";

/** Names the statements of the registered text; each has the version of the text that it stands in. */
const statementVersion = "1";

/** The DUO permissions that the web offers, by their short names. */
export const permissions = { NRES: "DUO:0000004", GRU: "DUO:0000042", HMB: "DUO:0000006", DS: "DUO:0000007" } as const;
/** One of {@link permissions}. */
export type Permission = keyof typeof permissions;

/** The DUO modifiers without values that the web offers. */
export const limits = { IRB: "DUO:0000021", NCU: "DUO:0000046", NPU: "DUO:0000045", PUB: "DUO:0000019" } as const;
/** One of {@link limits}. */
export type Limit = keyof typeof limits;

/** What a patient has chosen on the screens. Nothing here has a default: she chose it. */
export interface Terms {
  readonly permission: Permission;
  /** MONDO:ddddddd, for DS, in the words of `codebook`. */
  readonly diseases: readonly string[];
  readonly codebook: string;
  readonly limits: readonly Limit[];
  readonly ai: AIUse;
  readonly dataClasses: readonly DataClass[];
  readonly recipients: readonly RecipientClass[];
  readonly topics: readonly SensitiveTopic[];
  /** End in milliseconds since 1970; `never` must be chosen, too. */
  readonly end: number | "never";
  /** Where her part is paid; `donate` gives it to the community pool. */
  readonly payout: string | "donate";
  /** The ethics organisation that decides doubtful cases; empty for none: then they are denied. */
  readonly referTo: string;
  /** The registered text that she was shown. */
  readonly text: Template;
  /** She answered the questions. */
  readonly understood: boolean;
}

/** The registered text in a language, or else in English; `not-found` with the code `no-consent-text` if there is none. */
export async function registeredText(node: Node, language: string): Promise<Template> {
  const { templates } = await ask(node, ConsentQuery.method.templates, {});
  for (const wanted of [language, "en"]) {
    const found = templates.find((template) => template.language === wanted);
    if (found) return found;
  }
  throw new Fault("not-found", "no-consent-text");
}

/** Every version of a dataset's consent, the newest first. */
export async function consentHistory(node: Node, datasetId: string): Promise<Consent[]> {
  const all = await orAbsent(askAll(node, ConsentQuery.method.history, { datasetId }, "consents"));
  return (all ?? []).reverse();
}

/** Gives consent for an own dataset, or replaces the active one. */
export async function allow(person: Person, { id: datasetId, owner }: Dataset, terms: Terms): Promise<Sent> {
  await mustOwn(person, owner);
  const provision = provisionOf(terms, owner);
  const latest = await latestConsent(person.node, datasetId);
  if (latest?.status === Status.ACTIVE) {
    return person.send(owner, [
      create(MsgAmendConsentSchema, { owner, datasetId, version: latest.version, provision }),
    ]);
  }
  return person.send(owner, [create(MsgGrantConsentSchema, { owner, datasetId, provision })]);
}

/**
 * Takes the consent of an own dataset back. It costs no fee and needs nobody else, and is not done before it is proven: a
 * node that never passed the stop on, or says that nothing is shared, would go on sharing. A Fault `stop-unproven` of kind
 * integrity says that the chain still holds the consent, one of kind unavailable that it cannot be told yet.
 */
export async function stop(person: Person, { id: datasetId, owner }: Dataset): Promise<Sent> {
  await mustOwn(person, owner);
  return stopAs(person, datasetId, owner);
}

/** As stop, by an account that may: the owner's, or her carer's. */
export async function stopAs(
  person: Pick<Person, "node" | "prove" | "send">,
  datasetId: string,
  signer: string,
): Promise<Sent> {
  const told = await latestConsent(person.node, datasetId);
  const active = told?.status === Status.ACTIVE;
  const latest = active ? told : (await provenConsent(person.prove, datasetId)).consent;
  if (latest?.status !== Status.ACTIVE) throw new Fault("refused", "consent-not-active");
  const message = create(MsgRevokeConsentSchema, { signer, datasetId, version: latest.version });
  const sent = await person.send(signer, [message], { fee: "free" });
  await mustBeStopped(person, datasetId, latest.version, sent.height);
  return sent;
}

/** How often is looked for what is in no proven state yet, and how long apart in milliseconds: a few blocks. */
const looks = 40;
const beat = 500;

/**
 * The latest version of a dataset's consent, proven; undefined if there never was one. A version that a node told of is
 * waited for, for what is of the newest block can be proven one block later; if it does not come, the chain's own is given.
 */
export async function allowedNow(prove: Prover, datasetId: string, told: bigint): Promise<Consent | undefined> {
  for (let left = looks; ; left--) {
    const { consent } = await provenConsent(prove, datasetId);
    if ((consent?.version ?? 0n) >= told || left === 0) return consent;
    await pause(beat);
  }
}

/**
 * Proves that a version of a consent is taken back in the state after a block, or a later one. The block is the node's word,
 * so a state without a later version counts as one in which the stop does not stand: it may be from before the sharing.
 */
async function mustBeStopped(
  { prove }: Pick<Person, "prove">,
  datasetId: string,
  version: bigint,
  height: bigint,
): Promise<void> {
  for (let left = looks; left > 0; left--) {
    const found = await provenConsent(prove, datasetId).catch((cause) => {
      throw new Fault("unavailable", "stop-unproven", { cause });
    });
    if (found.height >= height) {
      if (found.consent?.status === Status.INACTIVE && found.consent.version > version) return;
      throw new Fault("integrity", "stop-unproven");
    }
    await pause(beat);
  }
  throw new Fault("unavailable", "stop-unproven");
}

/** Fills every field that the chain demands. `owner` is the dataset's account. */
export function provisionOf(terms: Terms, owner: string): Provision {
  if (!terms.understood) throw new Fault("usage", "consent-not-understood");
  const donate = terms.payout === "donate";
  return create(ProvisionSchema, {
    policy: {
      permission: permissions[terms.permission],
      diseases: terms.permission === "DS" ? sorted(terms.diseases) : [],
      codebook: terms.permission === "DS" ? terms.codebook : "",
      modifiers: sorted(terms.limits.map((limit) => limits[limit])).map((term) => create(ModifierSchema, { term })),
      own: { ai: terms.ai },
      topicsAllowed: sorted(terms.topics),
      dataClasses: sorted(terms.dataClasses),
      recipientClasses: sorted(terms.recipients),
      acceptedBases: [Basis.SAFE_HARBOR, Basis.EXPERT_DETERMINATION, Basis.GDPR_PSEUDONYMISED],
      referTo: terms.referTo,
    },
    mode: Mode.ASK_ME,
    expiry: terms.end === "never" ? { never: true } : { time: timestampFromMs(terms.end) },
    payout: donate ? "" : terms.payout,
    donate,
    disclosure: {
      discloser: owner,
      statements: {
        revocation: statementVersion,
        noConditioning: statementVersion,
        redisclosure: statementVersion,
        remuneration: statementVersion,
        rights: statementVersion,
        familyNotice: statementVersion,
      },
      templateId: terms.text.id,
      language: terms.text.language,
      textSha256: terms.text.textSha256,
      comprehensionVersion: statementVersion,
      comprehensionPassed: terms.understood,
      subject: Subject.ADULT,
    },
  });
}

/** Whether a consent still allows something: it is active, and its end has not come. `now` in milliseconds since 1970. */
export function isActive(consent: Consent | undefined, now: number): boolean {
  if (consent?.status !== Status.ACTIVE) return false;
  const end = consent.provision?.expiry?.time;
  return end === undefined || Number(end.seconds) * 1000 > now;
}

/** Where a registered text stands on this origin, by its digest. */
export function textPath(text: Template): string {
  return `/consent/${toHex(text.textSha256)}.txt`;
}

/** Numbers or texts in ascending order, each once: as the chain keeps them. */
function sorted<T extends number | string>(items: readonly T[]): T[] {
  return [...new Set(items)].sort((a, b) => (a < b ? -1 : 1));
}

/** Ethics organisations that can decide what a consent refers to them. */
export async function ethicsBoards(node: Node): Promise<Organisation[]> {
  const all = await askAll(node, AttestationQuery.method.organisations, { role: Role.ETHICS }, "organisations");
  return all.filter(({ status }) => status === OrganisationStatus.ACTIVE);
}

/** The registered vocabularies of diseases, the newest last. */
export async function diseaseBooks(node: Node): Promise<Codebook[]> {
  return (await ask(node, ConsentQuery.method.codebooks, {})).codebooks;
}

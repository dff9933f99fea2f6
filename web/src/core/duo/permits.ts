import { OrganisationKind } from "../../gen/volens/attestation/v1/attestation_pb";
import {
  type AIUse,
  DataClass,
  type Modifier,
  type Policy,
  Purpose,
  type PurposeStatement,
  RecipientClass,
  SensitiveTopic,
  type Use,
  UseMode,
} from "../../gen/volens/consent/v1/duo_pb";
import { equal, toHex } from "../bytes";
import { cover, verifyAncestry } from "./ancestry";
import { Evidence, type Facts, nanoseconds, type OrganisationFacts } from "./facts";
import { isPermission, type ShortName, terms } from "./term";
import { known, validPolicy, validUse } from "./validate";

/** The answer of {@link permits}: DENY over REFER over ALLOW, with the rules that said so, sorted, each once. */
export interface Decision {
  readonly verdict: "ALLOW" | "REFER" | "DENY";
  /** Codes such as `NCU` or `PERMISSION:METHODS`, the same as Go's. */
  readonly reasons: readonly string[];
}

/**
 * Decides whether a policy permits a use, given the facts: the twin of Go's `duo.Permits`, held to the same vectors. It
 * denies what it cannot prove. `keyId` is the committee key that the request is made for. The chain asks again, and only
 * its answer counts.
 */
export function permits(policy: Policy, use: Use, keyId: bigint, facts: Facts): Decision {
  return new Inquiry(policy, use, keyId, facts).decide();
}

/** One decision in the making. The rules are numbered 0 to 10 as in Go's `core/duo/rules.go`. */
class Inquiry {
  readonly #denied = new Set<string>();
  readonly #refers = new Set<string>();

  constructor(
    readonly policy: Policy,
    readonly use: Use,
    readonly keyId: bigint,
    readonly facts: Facts,
  ) {}

  decide(): Decision {
    this.inForce();
    if (this.wellFormed()) {
      this.classes();
      this.permission();
      this.limits();
      this.parties();
      this.approvals();
      this.promises();
      this.topics();
      this.researchTypes();
      this.deidentified();
    }
    return this.decision();
  }

  deny(reason: string, holds: boolean): void {
    if (holds) this.#denied.add(reason);
  }

  refer(reason: string, holds: boolean): void {
    if (holds) this.#refers.add(reason);
  }

  decision(): Decision {
    if (this.#denied.size > 0) return { verdict: "DENY", reasons: [...this.#denied].sort() };
    if (this.#refers.size === 0) return { verdict: "ALLOW", reasons: [] };
    const reasons = [...this.#refers].sort();
    if (this.policy.referTo === "") return { verdict: "DENY", reasons: [...reasons, "REFERRAL"].sort() };
    return { verdict: this.facts.referralApproved ? "ALLOW" : "REFER", reasons };
  }

  /** Rule 0: consent and dataset are active now. */
  inForce(): void {
    const { consent, dataset, time } = this.facts;
    const started = consent.start !== undefined && time >= consent.start;
    const ended = consent.noExpiry
      ? consent.expiry !== undefined
      : consent.expiry === undefined || time >= consent.expiry;
    this.deny("INACTIVE", !consent.active || !started || ended || !dataset.active);
  }

  /** Rule 1: the inputs are complete and belong together. */
  wellFormed(): boolean {
    const book = this.facts.codebook?.version ?? "";
    const right =
      validPolicy(this.policy) &&
      validUse(this.use) &&
      this.facts.height > 0n &&
      this.keyId !== 0n &&
      this.keyId === this.facts.dataset.keyId &&
      (this.use.codebook === "" || this.use.codebook === book) &&
      (this.policy.permission !== terms.DS || this.policy.codebook === book) &&
      this.partiesMatch();
    this.deny("MALFORMED", !right);
    return right;
  }

  partiesMatch(): boolean {
    const { organisation, recipients } = this.facts;
    return (
      organisation.address === this.use.organisation &&
      this.owner()?.address === this.use.beneficialOwner &&
      recipients.length === this.use.recipients.length &&
      this.use.recipients.every((address) => recipients.some((recipient) => recipient.address === address))
    );
  }

  owner(): OrganisationFacts | undefined {
    if (this.use.beneficialOwner === this.use.organisation) return this.facts.organisation;
    return this.facts.beneficialOwner;
  }

  /** Those that get the data: the organisation that uses it and those of the recipients. */
  holders(): OrganisationFacts[] {
    return [this.facts.organisation, ...this.facts.recipients.map(({ organisation }) => organisation)];
  }

  organisations(): OrganisationFacts[] {
    const owner = this.owner();
    return owner ? [...this.holders(), owner] : this.holders();
  }

  modifier(name: ShortName): Modifier | undefined {
    return this.policy.modifiers.find(({ term }) => term === terms[name]);
  }

  has(name: ShortName): boolean {
    return this.modifier(name) !== undefined;
  }

  /** Rule 2: X-INSURE, and the classes of recipients and data that the patient named. */
  classes(): void {
    const { own, recipientClasses, dataClasses } = this.policy;
    const insure = own?.insureAllowed === true;
    for (const { kind } of this.organisations()) {
      this.deny("CLASS", !known(OrganisationKind, kind) || (!insure && excludedKinds.has(kind)));
    }
    for (const recipient of this.facts.recipients) {
      const excluded = !known(RecipientClass, recipient.class) || excludedClasses.has(recipient.class);
      this.deny("CLASS", (!insure && excluded) || !recipientClasses.includes(recipient.class));
    }
    const held = this.facts.dataset.dataClasses;
    this.deny("DATA", held.length === 0);
    this.deny("DATA", !held.every((one) => dataClasses.includes(one) && this.use.dataClasses.includes(one)));
  }

  /** Rule 3: every purpose is within the permission. */
  permission(): void {
    let covered = (_diseases: readonly string[]) => false;
    if (this.policy.permission === terms.DS) {
      const parents = verifyAncestry(this.use.ancestry, this.facts.codebook);
      this.deny("MALFORMED", parents === undefined);
      covered = (diseases) => cover(parents ?? new Map(), diseases, this.policy.diseases);
    }
    for (const stated of this.use.purposes) {
      this.deny(`PERMISSION:${Purpose[stated.purpose]}`, !this.within(stated, covered));
    }
  }

  within(stated: PurposeStatement, covered: (diseases: readonly string[]) => boolean): boolean {
    const { purpose, healthAim, diseases } = stated;
    const { permission } = this.policy;
    if (purpose === Purpose.CLINICAL_CARE) return permission === terms.NRES || this.has("CC");
    switch (permission) {
      case terms.NRES:
        return true;
      case terms.GRU:
        return purpose >= Purpose.GRU_RESEARCH && purpose <= Purpose.METHODS;
      case terms.HMB:
        return purpose === Purpose.HMB || purpose === Purpose.DS || (purpose === Purpose.METHODS && healthAim);
      case terms.DS:
        return (purpose === Purpose.DS || purpose === Purpose.METHODS) && covered(diseases);
      default:
        return isPermission(permission) && purpose === Purpose.POA;
    }
  }

  /** Rule 4: what the use is, whoever makes it. */
  limits(): void {
    const { purposes, commercial, dataClasses, ai, mode } = this.use;
    const states = (wanted: Purpose) => purposes.some(({ purpose }) => purpose === wanted);
    this.deny("NPOA", this.has("NPOA") && states(Purpose.POA));
    this.deny("NMDS", this.has("NMDS") && states(Purpose.METHODS) && this.policy.permission !== terms.DS);
    this.deny("NCU", this.has("NCU") && commercial);
    this.deny("NPUNCU", this.has("NPUNCU") && commercial);
    this.deny("GSO", this.has("GSO") && !dataClasses.some((one) => genotypes.has(one)));
    this.deny("X-AI", ai > (this.policy.own?.ai ?? (0 as AIUse)));
    this.deny("X-COMPUTE", this.policy.own?.computeOnly === true && mode !== UseMode.COMPUTE);
  }

  /** Rule 5: who uses the data, and where. */
  parties(): void {
    const { recipients, computeCountry } = this.facts;
    const profit =
      this.organisations().some(({ kind }) => !notForProfitKinds.has(kind)) ||
      recipients.some((recipient) => !notForProfitClasses.has(recipient.class));
    this.deny("NPU", this.has("NPU") && profit);
    this.deny("NPUNCU", this.has("NPUNCU") && profit);
    this.deny(
      "ORGANISATION",
      this.organisations().some(({ accredited }) => !accredited),
    );
    const holders = this.holders();
    this.only("GS", [
      this.use.siteCountry,
      this.use.computeCountry,
      ...(this.use.mode === UseMode.COMPUTE ? [computeCountry] : []),
      ...holders.map(({ country }) => country),
    ]);
    this.only(
      "IS",
      holders.map(({ address }) => address),
    );
    this.only("US", this.use.recipients);
    this.only("PS", [toHex(this.use.protocolSha256)]);
  }

  /** Denies if the policy has the modifier and one item is not among its values. */
  only(name: ShortName, items: readonly string[]): void {
    const modifier = this.modifier(name);
    this.deny(name, modifier !== undefined && !items.every((item) => modifier.values.includes(item)));
  }

  /** Rule 6: ethics, collaboration and visas. What is missing denies, what is only claimed is referred. */
  approvals(): void {
    if (this.has("IRB")) this.need("ETHICS", this.ethics());
    const collaboration = this.modifier("COL");
    if (collaboration) this.need("COL", this.collaboration(collaboration));
    for (const { visa, visaExpiry } of this.facts.recipients) {
      this.need("VISA", this.facts.time >= visaExpiry ? Evidence.NONE : visa);
    }
  }

  need(reason: string, evidence: Evidence): void {
    this.refer(reason, evidence === Evidence.CLAIMED);
    this.deny(reason, evidence !== Evidence.CLAIMED && evidence !== Evidence.ATTESTED);
  }

  /** The best evidence of an approval of this protocol that is in force and covers every purpose. */
  ethics(): Evidence {
    const counting = this.facts.approvals.filter(
      (approval) =>
        approval.organisation !== "" &&
        this.facts.time < approval.expiry &&
        equal(approval.protocolSha256, this.use.protocolSha256) &&
        this.use.purposes.every(({ purpose }) => approval.purposes.includes(purpose)),
    );
    return Math.max(Evidence.NONE, ...counting.map(({ evidence }) => evidence));
  }

  collaboration({ values }: Modifier): Evidence {
    const who = this.use.collaborator;
    if (who === "" || (values.length > 0 && !values.includes(who))) return Evidence.NONE;
    return this.facts.coSigners.includes(who) ? Evidence.ATTESTED : Evidence.CLAIMED;
  }

  /** Rule 7: what the researcher signs. */
  promises(): void {
    const { promises, durationMonths } = this.use;
    const { own } = this.policy;
    const promised = promises?.moratorium && nanoseconds(promises.moratorium);
    const date = this.modifier("MOR")?.date;
    const early = date !== undefined && (promised === undefined || promised < nanoseconds(date));
    const limit = this.modifier("TS");
    this.deny("PUB", this.has("PUB") && !promises?.publish);
    this.deny("MOR", early);
    this.deny("RTN", this.has("RTN") && !promises?.returnResults);
    this.deny("TS", limit !== undefined && durationMonths > limit.months);
    this.deny("X-REID", !promises?.noReidentification);
    this.deny("X-LINK", !own?.link && !promises?.noLinkage);
    this.deny("X-RETURN", own?.returnResults === true && !promises?.returnResults);
  }

  /** Rule 8: a sensitive topic that the policy does not allow is referred. */
  topics(): void {
    for (const topic of this.use.topics) {
      this.refer(`TOPIC:${SensitiveTopic[topic]}`, !this.policy.topicsAllowed.includes(topic));
    }
  }

  /** Rule 9: under RS every stated type is among the policy's, and there is at least one. */
  researchTypes(): void {
    const modifier = this.modifier("RS");
    if (!modifier) return;
    const { researchTypes } = this.use;
    const inside = researchTypes.every((type) => modifier.researchTypes.includes(type));
    this.refer("RS", researchTypes.length === 0 || !inside);
  }

  /** Rule 10: this version is attested on a basis that the patient accepts, and nobody disputes it. */
  deidentified(): void {
    const { live, challenged, basis } = this.facts.attestation;
    this.deny("ATTEST", !live || challenged || !this.policy.acceptedBases.includes(basis));
  }
}

const genotypes: ReadonlySet<DataClass> = new Set([DataClass.GERMLINE_VARIANTS, DataClass.READS]);

/** Whom X-INSURE keeps out. */
const excludedKinds: ReadonlySet<OrganisationKind> = new Set([
  OrganisationKind.INSURER,
  OrganisationKind.EMPLOYER,
  OrganisationKind.LAW_ENFORCEMENT,
]);
const excludedClasses: ReadonlySet<RecipientClass> = new Set([
  RecipientClass.INSURER,
  RecipientClass.EMPLOYER,
  RecipientClass.LAW_ENFORCEMENT,
]);

/** Whom NPU takes for not-for-profit. A LAB is not: most are companies. */
const notForProfitKinds: ReadonlySet<OrganisationKind> = new Set([
  OrganisationKind.HOSPITAL,
  OrganisationKind.UNIVERSITY,
  OrganisationKind.NONPROFIT,
  OrganisationKind.GOVERNMENT,
]);
const notForProfitClasses: ReadonlySet<RecipientClass> = new Set([
  RecipientClass.ACADEMIC,
  RecipientClass.NON_PROFIT,
  RecipientClass.PUBLIC_BODY,
  RecipientClass.CLINICIAN,
]);

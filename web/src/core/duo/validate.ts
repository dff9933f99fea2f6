import { Basis } from "../../gen/volens/attestation/v1/attestation_pb";
import {
  AIUse,
  DataClass,
  type Modifier,
  type Policy,
  Purpose,
  RecipientClass,
  ResearchType,
  SensitiveTopic,
  type Use,
  UseMode,
} from "../../gen/volens/consent/v1/duo_pb";
import { utf8 } from "../bytes";
import { isModifier, isPermission, terms } from "./term";

/** The most items of a list, proofs of edges, and bytes of a text, as Go's `core/duo`. */
const mostItems = 256;
const mostEdges = 64;
const mostText = 128;
const digestSize = 32;

/** Whether a policy is complete: nothing missing, nothing unknown, nothing twice. */
export function validPolicy(policy: Policy): boolean {
  const isDS = policy.permission === terms.DS;
  return (
    isPermission(policy.permission) &&
    (isDS
      ? list(policy.diseases, 1, isDisease) && isText(policy.codebook)
      : policy.diseases.length === 0 && short(policy.codebook)) &&
    new Set(policy.modifiers.map(({ term }) => term)).size === policy.modifiers.length &&
    policy.modifiers.every(validModifier) &&
    known(AIUse, policy.own?.ai ?? 0) &&
    list(policy.topicsAllowed, 0, (topic) => known(SensitiveTopic, topic)) &&
    list(policy.dataClasses, 1, (one) => known(DataClass, one)) &&
    list(policy.recipientClasses, 1, (one) => known(RecipientClass, one)) &&
    list(policy.acceptedBases, 1, (one) => known(Basis, one)) &&
    short(policy.referTo)
  );
}

function validModifier(modifier: Modifier): boolean {
  const { term, values, date, months, researchTypes } = modifier;
  return (
    isModifier(term) &&
    validValues(term, values) &&
    (date === undefined) === (term !== terms.MOR) &&
    (months === 0) === (term !== terms.TS) &&
    (term === terms.RS ? list(researchTypes, 1, (type) => known(ResearchType, type)) : researchTypes.length === 0)
  );
}

function validValues(term: string, values: readonly string[]): boolean {
  switch (term) {
    case terms.GS:
      return list(values, 1, isCountry);
    case terms.US:
    case terms.IS:
      return list(values, 1, isText);
    case terms.PS:
      return list(values, 1, (value) => /^[0-9a-f]{64}$/.test(value));
    case terms.COL:
      return list(values, 0, isText);
    default:
      return values.length === 0;
  }
}

/** Whether a use is complete. That its key is the dataset's, and its ancestry proven, is asked elsewhere. */
export function validUse(use: Use): boolean {
  const diseases = use.purposes.some((stated) => stated.diseases.length > 0);
  return (
    use.purposes.length > 0 &&
    use.purposes.length <= mostItems &&
    use.purposes.every(
      ({ purpose, healthAim, diseases: named }) =>
        known(Purpose, purpose) &&
        list(named, purpose === Purpose.DS ? 1 : 0, isDisease) &&
        (healthAim || purpose !== Purpose.METHODS || named.length === 0),
    ) &&
    list(use.researchTypes, 0, (type) => known(ResearchType, type)) &&
    list(use.dataClasses, 1, (one) => known(DataClass, one)) &&
    known(AIUse, use.ai) &&
    known(UseMode, use.mode) &&
    isText(use.organisation) &&
    isText(use.beneficialOwner) &&
    list(use.recipients, 1, isText) &&
    isCountry(use.siteCountry) &&
    isCountry(use.computeCountry) &&
    use.durationMonths > 0 &&
    list(use.topics, 0, (topic) => known(SensitiveTopic, topic)) &&
    use.protocolSha256.length === digestSize &&
    short(use.codebook) &&
    (use.codebook !== "" || !diseases) &&
    use.ancestry.length <= mostEdges &&
    use.ancestry.every(({ child, parent, path }) => isDisease(child) && isDisease(parent) && path.length <= 64) &&
    short(use.collaborator)
  );
}

/** Whether a list has enough items, not too many, each right and none twice. */
function list<T>(items: readonly T[], least: number, right: (item: T) => boolean): boolean {
  return (
    items.length >= least && items.length <= mostItems && items.every(right) && new Set(items).size === items.length
  );
}

/** Whether a number is one of an enum's, and not the unspecified one. */
export function known(names: Readonly<Record<number, unknown>>, value: number): boolean {
  return value > 0 && names[value] !== undefined;
}

function isText(text: string): boolean {
  return text !== "" && short(text);
}

function short(text: string): boolean {
  return utf8(text).length <= mostText;
}

function isDisease(text: string): boolean {
  return /^MONDO:\d{7}$/.test(text);
}

function isCountry(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

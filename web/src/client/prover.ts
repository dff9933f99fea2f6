/**
 * What is taken from proofs instead of a node's word: the committee's key, the gateway, how often a dataset was opened, what
 * a request says that a patient agrees to, whether she still shares, and what was released.
 */
import { type DescMessage, equals, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { Proven } from "../chain/proof";
import { fromBigEndian } from "../core/bytes";
import { Fault } from "../core/fault";
import {
  committeeKey,
  consentKey,
  datasetKey,
  emissionCountKey,
  emissionKey,
  latestConsentKey,
  organisationKey,
  releaseKey,
  requestKey,
  type StateKey,
} from "../core/statekeys";
import {
  type Organisation,
  OrganisationSchema,
  OrganisationStatus,
  Role,
} from "../gen/volens/attestation/v1/attestation_pb";
import { type Consent, ConsentSchema } from "../gen/volens/consent/v1/consent_pb";
import {
  EmissionCountSchema,
  EmissionSchema,
  JobKind,
  KeySchema,
  KeyStatus,
  type Release,
  ReleaseSchema,
} from "../gen/volens/custody/v1/custody_pb";
import { type Dataset, DatasetSchema, type Payload, PayloadSchema } from "../gen/volens/dataset/v1/dataset_pb";
import { type Request, RequestSchema, SpecSchema } from "../gen/volens/market/v1/market_pb";
import type { Opening, ProvenCounts } from "./activity";
import type { GatewayTarget } from "./sealer";
import type { CommitteeKey } from "./vault";

/** Proves values of the chain's state, or their absence, all of one height. */
export type Prover = (keys: readonly StateKey[]) => Promise<readonly Proven[]>;

/** The committee's key with an id. It must be active, or a Fault `no-active-key` tells to wait. */
export async function provenKey(prove: Prover, originChain: string, keyId: bigint): Promise<CommitteeKey> {
  const [proven] = await prove([committeeKey(keyId)]);
  const key = decode(KeySchema, proven);
  if (key?.keyId !== keyId) throw new Fault("integrity", "proof-other");
  if (key.status !== KeyStatus.ACTIVE) throw new Fault("unavailable", "no-active-key");
  return { originChain, keyId, y: key.y };
}

/** The gateway of an address: accredited and active, with the recipient that stands on the chain. */
export async function provenGateway(prove: Prover, address: string): Promise<GatewayTarget> {
  const [proven] = await prove([organisationKey(address)]);
  const found = decode(OrganisationSchema, proven);
  const active = found?.status === OrganisationStatus.ACTIVE && found.roles.includes(Role.GATEWAY);
  if (!active || !found.gateway || found.address !== address) throw new Fault("integrity", "other-gateway");
  return { address, recipient: found.gateway.recipient };
}

/** How often a dataset was opened. A count that is not there is proven to be 0. */
export async function provenCounts(prove: Prover, datasetId: string): Promise<ProvenCounts> {
  const kinds = [JobKind.RELEASE, JobKind.INSPECTION] as const;
  const proofs = await prove(kinds.map((kind) => emissionCountKey(datasetId, kind)));
  const [released = 0n, inspected = 0n] = kinds.map((kind, place) => {
    const count = decode(EmissionCountSchema, proofs[place]);
    if (!count) return 0n;
    if (count.datasetId !== datasetId || count.kind !== kind) throw new Fault("integrity", "proof-other");
    return count.count;
  });
  const seconds = proofs[0]?.header.header.time.seconds;
  if (proofs.length !== kinds.length || seconds === undefined) throw new Fault("internal", "internal");
  return { released, inspected, height: proofs[0]?.height ?? 0n, time: Number(seconds) * 1000 };
}

/**
 * Holds a released key and the file that it opens against the chain, and gives the committee's point by which both are
 * checked: what a node tells of them could be a whole story of its own, with a file that nobody registered. What differs
 * is an integrity Fault `proof-other`.
 */
export async function provenRelease(prove: Prover, release: Release, payload: Payload): Promise<Uint8Array> {
  const { requestId, seat, datasetId, version, keyId } = release;
  const proofs = await prove([releaseKey(requestId, seat), datasetKey(datasetId), committeeKey(keyId)]);
  const released = decode(ReleaseSchema, proofs[0]);
  const dataset = decode(DatasetSchema, proofs[1]);
  const key = decode(KeySchema, proofs[2]);
  const same =
    released !== undefined &&
    equals(ReleaseSchema, released, release) &&
    dataset?.id === datasetId &&
    dataset.version === version &&
    dataset.payload !== undefined &&
    equals(PayloadSchema, dataset.payload, payload);
  if (!same || key?.keyId !== keyId) throw new Fault("integrity", "proof-other");
  return key.y;
}

/** A dataset as the chain is proven to have it; undefined when it is proven not to be there. */
export async function provenDataset(prove: Prover, id: string): Promise<Dataset | undefined> {
  const [proven] = await prove([datasetKey(id)]);
  return readDataset(proven, id);
}

function readDataset(proven: Proven | undefined, id: string): Dataset | undefined {
  const found = decode(DatasetSchema, proven);
  if (found && found.id !== id) throw new Fault("integrity", "proof-other");
  return found;
}

/** A dataset, and whether a later key has taken a key's place, both in one state. */
export interface ProvenEnd {
  /** Undefined when it is proven not to be there. */
  readonly dataset: Dataset | undefined;
  readonly superseded: boolean;
}

/**
 * What is proven of a dataset together with a key of the committee. A superseded key takes nothing new for good, so what
 * such a state does not have under the key, the chain never will. Proven one after the other they would not say that: the
 * node chooses the states, and may prove the dataset in the older one.
 */
export async function provenEnd(prove: Prover, id: string, keyId: bigint): Promise<ProvenEnd> {
  const [proven, ofKey] = await prove([datasetKey(id), committeeKey(keyId)]);
  const key = decode(KeySchema, ofKey);
  if (key && key.keyId !== keyId) throw new Fault("integrity", "proof-other");
  return { dataset: readDataset(proven, id), superseded: key?.status === KeyStatus.SUPERSEDED };
}

/**
 * The payload of a dataset's version, as the chain is proven to have it. Where that is another one than was told, it is an
 * integrity Fault `proof-other`. A version that the state does not hold yet is `too-early`; one that a later version has
 * replaced is a refused Fault `lock-outdated`, for that happens between two looks without anybody's lie.
 */
export async function provenPayload(prove: Prover, { id, version, owner, payload }: Dataset): Promise<Payload> {
  const found = await provenDataset(prove, id);
  if (!found || found.version < version) throw new Fault("unavailable", "too-early");
  if (found.owner === owner && found.version > version) throw new Fault("refused", "lock-outdated");
  const same =
    found.owner === owner &&
    found.payload !== undefined &&
    payload !== undefined &&
    equals(PayloadSchema, found.payload, payload);
  if (!same) throw new Fault("integrity", "proof-other");
  return payload;
}

/** How many openings are proven at a time, with two values each. */
const openingsAtATime = 10;

/**
 * Holds what a node says of who has opened a dataset against the chain, one by one: the counts tell only how many there
 * are. What differs is an integrity Fault `proof-other`; a release that came since the node was asked is `too-early`.
 */
export async function provenOpenings(prove: Prover, datasetId: string, list: readonly Opening[]): Promise<void> {
  for (let from = 0; from < list.length; from += openingsAtATime) {
    const some = list.slice(from, from + openingsAtATime);
    const proofs = await prove(
      some.flatMap(({ emission: { requestId, seat } }) => [
        emissionKey(datasetId, requestId, seat),
        releaseKey(requestId, seat),
      ]),
    );
    some.forEach((opening, place) => {
      mustBeTold(opening, proofs[2 * place], proofs[2 * place + 1]);
    });
  }
}

function mustBeTold({ emission, release }: Opening, given: Proven | undefined, opened: Proven | undefined): void {
  const emitted = decode(EmissionSchema, given);
  const released = decode(ReleaseSchema, opened);
  if (!emitted || !equals(EmissionSchema, emitted, emission)) throw new Fault("integrity", "proof-other");
  if (!release && released) throw new Fault("unavailable", "too-early");
  if (!release) return;
  const same = released && equals(ReleaseSchema, released, release) && release.datasetId === emission.datasetId;
  if (!same) throw new Fault("integrity", "proof-other");
}

/** The latest version of a dataset's consent, undefined if there never was one, in the state after a height. */
export interface ProvenConsent {
  readonly consent: Consent | undefined;
  readonly height: bigint;
}

/** What a patient allows now. */
export async function provenConsent(prove: Prover, datasetId: string): Promise<ProvenConsent> {
  const [latest] = await prove([latestConsentKey(datasetId)]);
  if (!latest) throw new Fault("internal", "internal");
  const { height, value } = latest;
  if (!value) return { consent: undefined, height };
  if (value.length !== 8) throw new Fault("integrity", "proof-other");
  const version = fromBigEndian(value);
  const [proven] = await prove([consentKey(datasetId, version)]);
  const consent = decode(ConsentSchema, proven);
  if (consent?.datasetId !== datasetId || consent.version !== version) throw new Fault("integrity", "proof-other");
  return { consent, height };
}

/** A request as a person saw it, with the organisations behind it; undefined for one that is not accredited. */
export interface ShownRequest {
  readonly request: Request;
  readonly organisation: Organisation | undefined;
  /** Whose interest it is, where that is somebody else. */
  readonly owner: Organisation | undefined;
}

/**
 * Holds what a person saw of a request against the chain: who asks, for what, for how much, and who they are. A yes names
 * only the request's id, so a node that shows another text would have her agree to what she never read. What differs is
 * an integrity Fault `request-differs`.
 */
export async function provenRequest(prove: Prover, shown: ShownRequest): Promise<void> {
  const use = shown.request.spec?.use;
  if (!use) throw new Fault("integrity", "request-differs");
  const owned = use.beneficialOwner !== use.organisation;
  const parties = owned ? [use.organisation, use.beneficialOwner] : [use.organisation];
  const [proven, ...others] = await prove([requestKey(shown.request.id), ...parties.map(organisationKey)]);
  const same = sameRequest(decode(RequestSchema, proven), shown.request);
  const seen = owned ? [shown.organisation, shown.owner] : [shown.organisation];
  const alike = seen.map((organisation, place) =>
    sameOrganisation(decode(OrganisationSchema, others[place]), organisation),
  );
  if (!same || alike.includes(false)) throw new Fault("integrity", "request-differs");
}

/**
 * Holds what a node says of a request against the chain, without the organisations behind it. What differs is an integrity
 * Fault `request-differs`; one that the state does not hold yet is `too-early`.
 */
export async function provenTerms(prove: Prover, request: Request): Promise<void> {
  const [proven] = await prove([requestKey(request.id)]);
  const found = decode(RequestSchema, proven);
  if (!found) throw new Fault("unavailable", "too-early");
  if (!sameRequest(found, request)) throw new Fault("integrity", "request-differs");
}

function sameRequest(proven: Request | undefined, told: Request): boolean {
  const { id, researcher, height, spec } = told;
  return (
    proven?.id === id &&
    proven.researcher === researcher &&
    proven.height === height &&
    proven.spec !== undefined &&
    spec !== undefined &&
    equals(SpecSchema, proven.spec, spec)
  );
}

function sameOrganisation(proven: Organisation | undefined, shown: Organisation | undefined): boolean {
  if (proven === undefined || shown === undefined) return proven === shown;
  return equals(OrganisationSchema, proven, shown);
}

/** The value as its type reads it; undefined when it is proven not to be there. */
function decode<D extends DescMessage>(schema: D, proven: Proven | undefined): MessageShape<D> | undefined {
  if (!proven) throw new Fault("internal", "internal");
  if (!proven.value) return undefined;
  try {
    return fromBinary(schema, proven.value);
  } catch (cause) {
    throw new Fault("integrity", "proof-other", { cause });
  }
}

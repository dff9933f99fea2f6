/** What is taken from proofs instead of a node's word: the committee's key, the gateway, and how often a dataset was opened. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { parseAddress } from "../core/address";
import { bigEndian, concat } from "../core/bytes";
import { Fault } from "../core/fault";
import { parseId } from "../core/ids";
import { OrganisationSchema, OrganisationStatus, Role } from "../gen/volens/attestation/v1/attestation_pb";
import { EmissionCountSchema, JobKind, KeySchema, KeyStatus } from "../gen/volens/custody/v1/custody_pb";
import type { ProvenCounts } from "./activity";
import type { GatewayTarget } from "./sealer";
import type { CommitteeKey } from "./vault";

/** A value of the chain's state, or its absence, that a verified header vouches for. */
export interface Proven {
  /** Undefined: proven not to be there. */
  readonly value: Uint8Array | undefined;
  /** The state's height. */
  readonly height: bigint;
  /** Time of the header that vouches for it, in milliseconds since 1970. */
  readonly time: number;
}

/** Proves an entry of a store, of the newest state that can be proven or of a height. */
export type Prover = (store: string, key: Uint8Array, height?: bigint) => Promise<Proven>;

/** The stores and the places in them, as `x/custody/keys.go` and `x/attestation/keys.go` have them. */
const custody = { name: "custody", keys: 2, counts: 20 } as const;
const attestation = { name: "attestation", organisations: 1 } as const;

/** The committee's key with an id, proven. It must be active, or a Fault `no-active-key` tells to wait. */
export async function provenKey(prove: Prover, originChain: string, keyId: bigint): Promise<CommitteeKey> {
  const place = concat(Uint8Array.of(custody.keys), bigEndian(keyId, 8));
  const key = decode(KeySchema, await prove(custody.name, place));
  if (key?.keyId !== keyId) throw new Fault("integrity", "proof-other");
  if (key.status !== KeyStatus.ACTIVE) throw new Fault("unavailable", "no-active-key");
  return { originChain, keyId, y: key.y };
}

/** The gateway of an address, proven to be accredited and active, with the recipient that stands on the chain. */
export async function provenGateway(prove: Prover, address: string): Promise<GatewayTarget> {
  const place = concat(Uint8Array.of(attestation.organisations), parseAddress(address));
  const found = decode(OrganisationSchema, await prove(attestation.name, place));
  const active = found?.status === OrganisationStatus.ACTIVE && found.roles.includes(Role.GATEWAY);
  if (!active || !found.gateway || found.address !== address) throw new Fault("integrity", "other-gateway");
  return { address, recipient: found.gateway.recipient };
}

/** How often a dataset was opened. Both counts are of one height; one that is not there is proven to be 0. */
export async function provenCounts(prove: Prover, datasetId: string): Promise<ProvenCounts> {
  const released = await prove(custody.name, countPlace(datasetId, JobKind.RELEASE));
  const inspected = await prove(custody.name, countPlace(datasetId, JobKind.INSPECTION), released.height);
  if (inspected.height !== released.height) throw new Fault("integrity", "proof-other");
  return {
    released: countOf(released, datasetId, JobKind.RELEASE),
    inspected: countOf(inspected, datasetId, JobKind.INSPECTION),
    height: released.height,
    time: released.time,
  };
}

/** Where x/custody counts the emissions of a kind. */
export function countPlace(datasetId: string, kind: JobKind): Uint8Array {
  return concat(Uint8Array.of(custody.counts), parseId(datasetId), bigEndian(kind, 8));
}

function countOf(proven: Proven, datasetId: string, kind: JobKind): bigint {
  const count = decode(EmissionCountSchema, proven);
  if (!count) return 0n;
  if (count.datasetId !== datasetId || count.kind !== kind) throw new Fault("integrity", "proof-other");
  return count.count;
}

function decode<D extends DescMessage>(schema: D, { value }: Proven): MessageShape<D> | undefined {
  if (!value) return undefined;
  try {
    return fromBinary(schema, value);
  } catch (cause) {
    throw new Fault("integrity", "proof-other", { cause });
  }
}

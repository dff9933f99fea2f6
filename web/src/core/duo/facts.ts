import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Basis, OrganisationKind } from "../../gen/volens/attestation/v1/attestation_pb";
import type { DataClass, Purpose, RecipientClass } from "../../gen/volens/consent/v1/duo_pb";

/** A time of the chain in nanoseconds since 1970. */
export function nanoseconds({ seconds, nanos }: Timestamp): bigint {
  return seconds * 1_000_000_000n + BigInt(nanos);
}

/**
 * What the chain knows at the moment of the decision. Times are nanoseconds since 1970, as exact as the
 * chain's. Whoever fills them reads state
 * only; nothing in them comes from the researcher unproven.
 */
export interface Facts {
  /** Above 0. */
  readonly height: bigint;
  /** Time of the block. */
  readonly time: bigint;
  readonly consent: ConsentFacts;
  readonly dataset: DatasetFacts;
  /** The de-identification statement about this version. */
  readonly attestation: AttestationFacts;
  /** Ethics approvals; those of other protocols do not count. */
  readonly approvals: readonly ApprovalFacts[];
  /** The organisation that the use names. */
  readonly organisation: OrganisationFacts;
  /** The one behind it; not needed when the use names the same address twice. */
  readonly beneficialOwner?: OrganisationFacts | undefined;
  /** Exactly one for each recipient of the use, in any order. */
  readonly recipients: readonly RecipientFacts[];
  /** Addresses that have co-signed the request, for COL. */
  readonly coSigners: readonly string[];
  /** Where the attested machine stands, for mode COMPUTE under GS. */
  readonly computeCountry: string;
  /** The registered codebook whose version the use names. */
  readonly codebook?: CodebookFacts | undefined;
  /** The ethics organisation that the policy names said yes. It turns REFER into ALLOW, never DENY into anything. */
  readonly referralApproved: boolean;
}

/** The state of the grant that holds the policy. */
export interface ConsentFacts {
  readonly active: boolean;
  /** The first moment; undefined for a grant that never began. */
  readonly start?: bigint | undefined;
  /** Dead from this moment on. */
  readonly expiry?: bigint | undefined;
  /** The patient chose "none"; `expiry` must be absent then. */
  readonly noExpiry: boolean;
}

/** The state of the dataset that would be used. */
export interface DatasetFacts {
  readonly active: boolean;
  /** The committee key that its capsule is for. */
  readonly keyId: bigint;
  /** The classes that the payload holds, at least one. */
  readonly dataClasses: readonly DataClass[];
}

/** The state of the de-identification statement. */
export interface AttestationFacts {
  /** For this version, unexpired, unrevoked, by an organisation in good standing. */
  readonly live: boolean;
  readonly basis: Basis;
  readonly challenged: boolean;
}

/** How well something is known: not at all, by somebody's word, or signed by an organisation with the role. */
export enum Evidence {
  NONE = 0,
  CLAIMED = 1,
  ATTESTED = 2,
}

/** An ethics approval of a protocol. */
export interface ApprovalFacts {
  readonly evidence: Evidence;
  readonly organisation: string;
  readonly protocolSha256: Uint8Array;
  readonly purposes: readonly Purpose[];
  readonly expiry: bigint;
}

/** An accredited organisation. */
export interface OrganisationFacts {
  readonly address: string;
  readonly kind: OrganisationKind;
  readonly country: string;
  /** And neither suspended nor expired. */
  readonly accredited: boolean;
}

/** An account that would see the data, with the organisation that its visa names. */
export interface RecipientFacts {
  readonly address: string;
  readonly organisation: OrganisationFacts;
  readonly class: RecipientClass;
  readonly visa: Evidence;
  readonly visaExpiry: bigint;
}

/** Pins a disease codebook: the root of the Merkle tree (RFC 6962) over its edges, and how many there are. */
export interface CodebookFacts {
  readonly version: string;
  readonly root: Uint8Array;
  readonly size: bigint;
}

import { parseAddress } from "./address";
import { bigEndian, concat, fromHex } from "./bytes";

/** Where a value stands in the chain's state. */
export interface StateKey {
  /** Name of the store. */
  readonly store: string;
  readonly key: Uint8Array<ArrayBuffer>;
}

// The prefixes are those of x/*/keys.go, held to test/vectors/proof.json.

function at(store: string, prefix: number, ...parts: readonly Uint8Array[]): StateKey {
  return { store, key: concat(Uint8Array.of(prefix), ...parts) };
}

const idOf = (hex: string) => fromHex(hex, 16);
const number = (value: bigint | number) => bigEndian(value, 8);

/** A dataset (`volens.dataset.v1.Dataset`) by its id in hexadecimal digits. */
export function datasetKey(datasetId: string): StateKey {
  return at("dataset", 1, idOf(datasetId));
}

/** A gateway's receipt for a version of a dataset (`volens.dataset.v1.Receipt`). */
export function receiptKey(datasetId: string, version: bigint, gateway: string): StateKey {
  return at("dataset", 4, idOf(datasetId), number(version), parseAddress(gateway));
}

/** A version of a dataset's consent (`volens.consent.v1.Consent`). */
export function consentKey(datasetId: string, version: bigint): StateKey {
  return at("consent", 1, idOf(datasetId), number(version));
}

/** The number of the latest version of a dataset's consent: 8 bytes, big-endian. */
export function latestConsentKey(datasetId: string): StateKey {
  return at("consent", 2, idOf(datasetId));
}

/** The statement about a version of a dataset (`volens.attestation.v1.Deidentification`). */
export function deidentificationKey(datasetId: string, version: bigint): StateKey {
  return at("attestation", 3, idOf(datasetId), number(version));
}

/** An organisation (`volens.attestation.v1.Organisation`), gateways among them. */
export function organisationKey(address: string): StateKey {
  return at("attestation", 1, parseAddress(address));
}

/** A committee key (`volens.custody.v1.Key`). */
export function committeeKey(keyId: bigint): StateKey {
  return at("custody", 2, number(keyId));
}

/**
 * How often a key of a dataset was given out (`volens.custody.v1.EmissionCount`); kind is the number of
 * `volens.custody.v1.JobKind`. Its absence for RELEASE says: never to a researcher.
 */
export function emissionCountKey(datasetId: string, kind: number): StateKey {
  return at("custody", 20, idOf(datasetId), number(kind));
}

/** That a key of a dataset was given out for a seat of a request, or of an inspection (`volens.custody.v1.Emission`). */
export function emissionKey(datasetId: string, requestId: string, seat: bigint): StateKey {
  return at("custody", 19, idOf(datasetId), idOf(requestId), number(seat));
}

/** A request (`volens.market.v1.Request`). */
export function requestKey(requestId: string): StateKey {
  return at("market", 1, idOf(requestId));
}

/** The release for a seat of a request, or for seat 0 of an inspection (`volens.custody.v1.Release`). */
export function releaseKey(requestId: string, seat: bigint): StateKey {
  return at("custody", 21, idOf(requestId), number(seat));
}

/** A seat (`volens.custody.v1.Seat`). */
export function seatKey(requestId: string, seat: bigint): StateKey {
  return at("custody", 8, idOf(requestId), number(seat));
}

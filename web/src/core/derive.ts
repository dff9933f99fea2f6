import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import type { Bytes } from "./bytes";
import { wipe } from "./bytes";
import { Fault } from "./fault";
import { parseId } from "./ids";
import { expand } from "./threshold/key";
import { Transcript } from "./transcript";

const minSeed = 32;
const secretSize = 32;

/**
 * Every secret of a wallet from its one seed, as Go's package `core/derive` (docs/spec/sealed-file.md, section 6).
 * Identities are texts, `AGE-SECRET-KEY-PQ-1...`, which cannot be wiped: make them inside a worker, where they are needed.
 */
export function patientIdentity(seed: Uint8Array, datasetId: string): string {
  return ageIdentity(seed, "patient-age-pq", datasetId);
}

/** The researcher's age identity for one request: gateways encrypt their parts to it. */
export function deliveryIdentity(seed: Uint8Array, requestId: string): string {
  return ageIdentity(seed, "delivery-key", requestId);
}

/** What pseudonyms, date shifts and the salts of facets are derived from, 32 bytes. */
export function rootSecret(seed: Uint8Array): Bytes {
  return secret(seed, Transcript.of("volens/root-secret/v1"));
}

/** What the one-time keys of seats are derived from, 32 bytes. */
export function readerSeed(seed: Uint8Array): Bytes {
  return secret(seed, Transcript.of("volens/reader-seed/v1"));
}

/** What the notes of the web app on this device are encrypted with, 32 bytes (docs/spec/wallet.md, section 9). */
export function deviceKey(seed: Uint8Array): Bytes {
  return secret(seed, Transcript.of("volens/device-notes/v1"));
}

/** The key by which names and dates of one dataset are replaced, from the root secret. */
export function pseudonymKey(root: Uint8Array, datasetId: string): Bytes {
  return secret(root, Transcript.of("volens/deid/v1").bytes(parseId(datasetId)));
}

/** The salt of the digests of a request's papers, from the root secret. */
export function paperSalt(root: Uint8Array, requestId: string): Bytes {
  return secret(root, Transcript.of("volens/request-salt/v1").bytes(parseId(requestId)));
}

/** The recipient of an identity: `age1pq1...`. */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

function ageIdentity(seed: Uint8Array, name: string, id: string): string {
  const raw = secret(seed, Transcript.of(`volens/${name}/v1`).bytes(parseId(id)));
  const text = bech32.encodeFromBytes("age-secret-key-pq-", raw).toUpperCase();
  wipe(raw);
  return text;
}

function secret(seed: Uint8Array, info: Transcript): Bytes {
  if (seed.length < minSeed) throw new Fault("internal", "bad-length");
  return expand(undefined, seed, info, secretSize);
}

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { Decrypter, Encrypter, type Identity, type Recipient, type Stanza } from "age-encryption";
import { type Bytes, concat, utf8, wipe } from "../bytes";
import { Fault } from "../fault";
import { halfSize } from "../gate";
import { Encapsulation } from "../threshold/capsule";
import type { Key } from "../threshold/key";
import { compareStanzas, encodeStanza, type SealedFacts, type VolensStanza } from "./stanza";

/** The length of the nonce between the header and the payload of an age file. */
export const payloadNonceSize = 16;

const version = utf8("age-encryption.org/v1\n");
const macLine = utf8("--- ");
const lineFeed = 0x0a;
const maxHeader = 1 << 20;
const fileKeySize = 16;
// A wrap key seals one body, so that the nonce may be zero.
const zeroNonce = new Uint8Array(12);

/**
 * Wraps the file key of one file to the committee and the gateways: a Recipient of age that serves once. It carries age's
 * label `postquantum`, which this library does not check: {@link beginFile} takes care that no classical recipient
 * stands beside it.
 */
export class VolensRecipient implements Recipient {
  readonly #datasetId: string;
  readonly #half: Uint8Array;
  readonly #keyId: bigint;
  readonly capsule: Encapsulation;
  #stanza: VolensStanza | undefined;

  /** `half` is g, 32 bytes drawn for this file. */
  constructor(key: Key, datasetId: string, half: Uint8Array, capsule: Encapsulation = new Encapsulation(key)) {
    if (half.length !== halfSize) throw new Fault("internal", "bad-length");
    this.#keyId = key.id;
    this.#datasetId = datasetId;
    this.#half = half;
    this.capsule = capsule;
  }

  /** The stanza, when the file key is wrapped. */
  get stanza(): VolensStanza {
    if (this.#stanza === undefined) throw new Fault("internal", "not-wrapped");
    return this.#stanza;
  }

  /** Implements Recipient. A second call throws `recipient-used`. */
  wrapFileKey(fileKey: Uint8Array): Stanza[] {
    if (this.#stanza !== undefined) throw new Fault("internal", "recipient-used");
    if (fileKey.length !== fileKeySize) throw new Fault("internal", "bad-length");
    const wrapKey = this.capsule.wrapKey(this.#datasetId, this.#half);
    const body = Uint8Array.from(chacha20poly1305(wrapKey, zeroNonce).encrypt(fileKey));
    wipe(wrapKey);
    this.#stanza = { keyId: this.#keyId, datasetId: this.#datasetId, u: this.capsule.u, body };
    return [encodeStanza(this.#stanza)];
  }
}

/** Opens a stanza's body with its wrap key. Throws a refused Fault `wrong-half` when the key does not fit. */
export function unwrapBody(stanza: VolensStanza, wrapKey: Uint8Array): Bytes {
  try {
    return Uint8Array.from(chacha20poly1305(wrapKey, zeroNonce).decrypt(stanza.body));
  } catch {
    throw new Fault("refused", "wrong-half");
  } finally {
    wipe(wrapKey);
  }
}

/** The beginning of an age file: header and nonce, and the file key that they hide. */
export interface Beginning {
  readonly bytes: Bytes;
  readonly nonce: Bytes;
  readonly fileKey: Bytes;
}

/**
 * Draws a file key and a nonce, and writes the header for ours and the patient's own recipient, `age1pq1...`. Throws a
 * usage Fault `classical-recipient` for any other: a classical key beside ours would be what a quantum computer breaks.
 */
export async function beginFile(ours: VolensRecipient, patient: string): Promise<Beginning> {
  const age = new Encrypter();
  let fileKey: Bytes | undefined;
  age.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return ours.wrapFileKey(key);
    },
  });
  age.addRecipient(postQuantum(patient));
  // The source never gives anything: age writes header and nonce, and its own payload does not begin.
  const silent = new ReadableStream<Uint8Array>();
  const reader = (await age.encrypt(silent)).getReader();
  const parts = [];
  for (let lengths = 0; lengths < 2; lengths++) parts.push((await reader.read()).value ?? new Uint8Array(0));
  reader.cancel().catch(() => {});
  const nonce = Uint8Array.from(parts[1] ?? []);
  if (fileKey === undefined || nonce.length !== payloadNonceSize) throw new Fault("internal", "bad-header");
  return { bytes: concat(...parts), nonce, fileKey };
}

/** Encrypts a small secret, such as a gateway's part, to one post-quantum recipient. */
export async function sealTo(recipient: string, secret: Uint8Array): Promise<Bytes> {
  const age = new Encrypter();
  age.addRecipient(postQuantum(recipient));
  return Uint8Array.from(await age.encrypt(secret));
}

/** Opens what {@link sealTo} made, of at most 64 KiB. Throws an integrity Fault `wrong-key`. */
export async function openWith(identity: string, sealed: Uint8Array): Promise<Bytes> {
  if (sealed.length > 1 << 16) throw new Fault("integrity", "wrong-key");
  const age = new Decrypter();
  age.addIdentity(identity);
  try {
    return Uint8Array.from(await age.decrypt(sealed));
  } catch (cause) {
    throw new Fault("integrity", "wrong-key", { cause });
  }
}

/** The bytes of the header at the beginning of a file, or nothing if `head` does not hold all of it yet. */
export function headerOf(head: Uint8Array): Bytes | undefined {
  const marker = head.findIndex((byte, i) => byte === lineFeed && macLine.every((c, j) => head[i + 1 + j] === c));
  const end = marker < 0 ? -1 : head.indexOf(lineFeed, marker + 1);
  if (end >= 0) return head.slice(0, end + 1);
  const begins = head.slice(0, version.length).every((byte, i) => byte === version[i]);
  if (head.length >= maxHeader || !begins) throw new Fault("integrity", "bad-header");
  return undefined;
}

/**
 * Opens a header with the first of the identities that fits, and checks its MAC. Faults of an identity come back as they
 * are; otherwise throws a refused Fault `not-mine`, or an integrity Fault `bad-header`.
 */
export async function openHeader(header: Uint8Array, ...identities: readonly (Identity | string)[]): Promise<Bytes> {
  let refused: unknown;
  const age = new Decrypter();
  for (const identity of identities) {
    if (typeof identity === "string") {
      age.addIdentity(identity);
      continue;
    }
    age.addIdentity({
      unwrapFileKey: async (stanzas) => {
        try {
          return await identity.unwrapFileKey(stanzas);
        } catch (fault) {
          refused = fault;
          throw fault;
        }
      },
    });
  }
  try {
    return Uint8Array.from(await age.decryptHeader(header));
  } catch (cause) {
    if (refused instanceof Fault) throw refused;
    if (cause instanceof Error && cause.message.startsWith("no identity matched"))
      throw new Fault("refused", "not-mine");
    throw new Fault("integrity", "bad-header", { cause });
  }
}

/** An identity that opens nothing: it lets only the file through that the chain registered. */
export function registered(facts: SealedFacts): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      compareStanzas(stanzas, facts);
      return null;
    },
  };
}

function postQuantum(recipient: string): string {
  if (!recipient.startsWith("age1pq1")) throw new Fault("usage", "classical-recipient");
  return recipient;
}

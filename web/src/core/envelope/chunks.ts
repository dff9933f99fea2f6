import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bigEndian, utf8 } from "../bytes";
import { Fault } from "../fault";

// The payload of an age file (C2SP age, "Payload"): chunks of 64 KiB, the last may be shorter, each sealed with
// ChaCha20-Poly1305 under one key. The nonce is an 11-byte counter and one byte that is 1 for the last chunk.

/** The size of a chunk of plaintext in bytes. */
export const chunkSize = 64 << 10;

const overhead = 16;
/** The size of a sealed chunk in bytes. */
export const sealedChunkSize = chunkSize + overhead;

/** What takes the output of a stream. It must not keep the array: it is written over after the promise. */
export type Sink = (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/** The size of the payload over so many bytes of plaintext, without header and nonce. */
export function payloadSize(plaintext: number): number {
  return plaintext + overhead * Math.max(1, Math.ceil(plaintext / chunkSize));
}

/** The size of the plaintext of a payload. Throws an integrity Fault `cut-short` for a size that no payload has. */
export function plaintextSize(payload: number): number {
  const chunks = Math.ceil(payload / sealedChunkSize);
  const size = payload - chunks * overhead;
  if (size < 0 || payloadSize(size) !== payload) throw new Fault("integrity", "cut-short");
  return size;
}

/** The cipher of the chunks of one file, from its file key and the nonce behind its header. */
export class ChunkCipher {
  readonly #key: Uint8Array;

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    this.#key = hkdf(sha256, fileKey, nonce, utf8("payload"), 32);
  }

  /** Seals the chunk with a number into `out`, which has 16 bytes more than it. */
  seal(index: number, last: boolean, chunk: Uint8Array, out: Uint8Array): void {
    chacha20poly1305(this.#key, nonceOf(index, last)).encrypt(chunk, out);
  }

  /** Opens a sealed chunk into `out`. Throws an integrity Fault `damaged`. */
  open(index: number, last: boolean, sealed: Uint8Array, out: Uint8Array): void {
    if (sealed.length < overhead || (sealed.length === overhead && index > 0))
      throw new Fault("integrity", "cut-short");
    try {
      chacha20poly1305(this.#key, nonceOf(index, last)).decrypt(sealed, out);
    } catch {
      throw new Fault("integrity", last ? "cut-short" : "damaged");
    }
  }

  /** Erases the key. */
  zero(): void {
    this.#key.fill(0);
  }
}

function nonceOf(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(bigEndian(index, 11));
  nonce[11] = Number(last);
  return nonce;
}

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, equal } from "../bytes";
import { Transcript } from "../transcript";
import { decodePoint, encodePoint, hashToPoint, type Point } from "./group";

/** The length of an account's address in bytes. */
export const addressSize = 20;

/**
 * The public context of one committee key: everything that is sealed to it or asked of it is bound to the origin chain,
 * the KeyID and Y.
 */
export class Key {
  readonly originChain: string;
  readonly id: bigint;
  /** Y and its encoding. */
  readonly point: Point;
  readonly y: Bytes;
  /** The second generator of the proofs. */
  readonly gbar: Point;
  readonly #prefix: readonly Uint8Array[];

  /** Throws an integrity Fault `bad-point` for a y that is none. */
  constructor(originChain: string, id: bigint, y: Uint8Array) {
    this.originChain = originChain;
    this.id = id;
    this.point = decodePoint(y);
    this.y = Uint8Array.from(y);
    const t = Transcript.of("gbar").text(originChain).uint(id).bytes(this.y);
    this.gbar = hashToPoint("gbar", t.encode());
    this.#prefix = [this.y, encodePoint(this.gbar)];
  }

  /** P(label): the prefix of every statement about this key (docs/spec/custody.md, section 2.1). */
  transcript(label: string): Transcript {
    return Transcript.of(label)
      .text(this.originChain)
      .uint(this.id)
      .bytes(...this.#prefix);
  }

  /** Whether two are the same key. */
  equals(other: Key): boolean {
    return this.originChain === other.originChain && this.id === other.id && equal(this.y, other.y);
  }
}

/** HKDF-SHA512 (RFC 5869). */
export function expand(salt: Uint8Array | undefined, ikm: Uint8Array, info: Transcript, size: number): Bytes {
  return Uint8Array.from(hkdf(sha512, ikm, salt, info.encode(), size));
}

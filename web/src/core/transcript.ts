import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, bigEndian, concat, utf8 } from "./bytes";

/** The suite of every transcript (docs/spec/custody.md, section 2). */
export const suite = "volens-v1-ristretto255-SHA512";

/**
 * A transcript: items, each behind its length as 4 bytes big-endian; first the suite, then the label, then the fields
 * (docs/spec/custody.md, section 2.1). It is immutable: each method gives a longer one.
 */
export class Transcript {
  readonly #items: readonly Uint8Array[];

  private constructor(items: readonly Uint8Array[]) {
    this.#items = items;
  }

  /** Begins a transcript with a label. */
  static of(label: string): Transcript {
    return new Transcript([utf8(suite), utf8(label)]);
  }

  /** Adds byte strings, each as one item. */
  bytes(...items: readonly Uint8Array[]): Transcript {
    return new Transcript([...this.#items, ...items]);
  }

  /** Adds a text in UTF-8. */
  text(value: string): Transcript {
    return this.bytes(utf8(value));
  }

  /** Adds an unsigned integer, 8 bytes big-endian. */
  uint(value: bigint | number): Transcript {
    return this.bytes(bigEndian(value, 8));
  }

  /** Adds another transcript as one item. */
  nest(inner: Transcript): Transcript {
    return this.bytes(inner.encode());
  }

  /** The bytes of the transcript. */
  encode(): Bytes {
    return concat(...this.#items.flatMap((item) => [bigEndian(item.length, 4), item]));
  }

  /** SHA-256 of the bytes. */
  sum256(): Bytes {
    return sha256(this.encode());
  }

  /** SHA-512 of the bytes. */
  sum512(): Bytes {
    return sha512(this.encode());
  }
}

import { type Bytes, concat, equal, wipe } from "../bytes";
import { Fault } from "../fault";
import { leafHash, leafSize, merkleRoot } from "../merkle";
import { ChunkCipher, chunkSize, plaintextSize, sealedChunkSize } from "./chunks";
import { headerOf, payloadNonceSize } from "./header";
import type { Unwrap } from "./open";
import type { SealedFacts } from "./stanza";

/** Gives bytes of a sealed file, from anybody: what comes is checked. */
export type Fetch = (from: number, length: number) => Promise<Uint8Array>;

const hashSize = 32;

/**
 * Opens parts of a sealed file without the rest (docs/spec/sealed-file.md, section 5). Every leaf that is touched is
 * checked against the tree root that the chain registered, and the last chunk for its mark, before plaintext is given out.
 */
export class RangeReader {
  readonly #fetch: Fetch;
  readonly #size: number;
  readonly #leaves: readonly Uint8Array[];
  readonly #cipher: ChunkCipher;
  /** Where the payload begins. */
  readonly #start: number;
  /** The size of the whole plaintext in bytes. */
  readonly length: number;
  #cached: { readonly index: number; readonly data: Uint8Array } | undefined;

  private constructor(file: File, cipher: ChunkCipher, start: number) {
    this.#fetch = file.fetch;
    this.#size = file.size;
    this.#leaves = file.leaves;
    this.#cipher = cipher;
    this.#start = start;
    this.length = plaintextSize(file.size - start);
  }

  /**
   * Begins with a file of so many bytes and the hashes of all its leaves, 32 bytes each. Throws an integrity Fault
   * `other-tree` when they have another root, and those of unwrap.
   */
  static async begin(fetch: Fetch, size: number, hashes: Uint8Array, facts: SealedFacts, unwrap: Unwrap) {
    const count = Math.ceil(size / leafSize);
    if (size < 1 || hashes.length !== hashSize * count) throw new Fault("integrity", "other-tree");
    const leaves = Array.from({ length: count }, (_, i) => hashes.subarray(hashSize * i, hashSize * (i + 1)));
    if (!equal(merkleRoot(leaves), facts.treeRoot)) throw new Fault("integrity", "other-tree");
    const first = await checkedLeaf({ fetch, size, leaves }, 0);
    const header = headerOf(first);
    const start = (header?.length ?? first.length) + payloadNonceSize;
    if (header === undefined || start > first.length) throw new Fault("integrity", "bad-header");
    const fileKey = await unwrap(header);
    const cipher = new ChunkCipher(fileKey, first.subarray(header.length, start));
    wipe(fileKey);
    const reader = new RangeReader({ fetch, size, leaves }, cipher, start);
    await reader.#checkEnd();
    return reader;
  }

  /** Bytes of the plaintext, fewer where it ends. */
  async read(from: number, length: number): Promise<Bytes> {
    if (from < 0 || length < 0) throw new Fault("usage", "bad-number");
    const end = Math.min(from + length, this.length);
    const parts: Uint8Array[] = [];
    for (let at = from; at < end; ) {
      const index = Math.floor(at / chunkSize);
      const chunk = await this.#chunk(index);
      const part = chunk.subarray(at - index * chunkSize, end - index * chunkSize);
      parts.push(part);
      at += part.length;
    }
    return concat(...parts);
  }

  /** Forgets the key. */
  zero(): void {
    this.#cipher.zero();
  }

  async #checkEnd(): Promise<void> {
    await this.#chunk(Math.max(0, Math.ceil(this.length / chunkSize) - 1));
  }

  async #chunk(index: number): Promise<Uint8Array> {
    const at = this.#start + index * sealedChunkSize;
    const end = Math.min(at + sealedChunkSize, this.#size);
    const sealed = await this.#bytes(at, end);
    const out = new Uint8Array(sealed.length - (sealedChunkSize - chunkSize));
    this.#cipher.open(index, end === this.#size, sealed, out);
    return out;
  }

  async #bytes(from: number, to: number): Promise<Bytes> {
    const parts: Uint8Array[] = [];
    for (let at = from; at < to; ) {
      const index = Math.floor(at / leafSize);
      const data = this.#cached?.index === index ? this.#cached.data : await this.#leaf(index);
      parts.push(data.subarray(at - index * leafSize, to - index * leafSize));
      at = (index + 1) * leafSize;
    }
    return concat(...parts);
  }

  async #leaf(index: number): Promise<Uint8Array> {
    const data = await checkedLeaf({ fetch: this.#fetch, size: this.#size, leaves: this.#leaves }, index);
    this.#cached = { index, data };
    return data;
  }
}

interface File {
  readonly fetch: Fetch;
  readonly size: number;
  readonly leaves: readonly Uint8Array[];
}

async function checkedLeaf({ fetch, size, leaves }: File, index: number): Promise<Uint8Array> {
  const from = index * leafSize;
  const data = await fetch(from, Math.min(leafSize, size - from));
  if (!equal(leafHash(data), leaves[index] ?? new Uint8Array(0))) throw new Fault("integrity", "other-leaf");
  return data;
}

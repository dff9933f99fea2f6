import { createSHA256, type IHasher } from "hash-wasm";
import { type Bytes, concat, equal, wipe } from "../bytes";
import { Fault } from "../fault";
import { TreeStream } from "../merkle";
import { ChunkCipher, chunkSize, type Sink, sealedChunkSize } from "./chunks";
import { headerOf, payloadNonceSize } from "./header";
import type { SealedFacts } from "./stanza";

/** What one pass over a sealed file found. */
export interface OpenedFile {
  /** Of what was given to the sink. */
  readonly size: number;
  readonly sha256: Bytes;
}

/** Unwraps the file key of a header, and checks the header against the chain: see openHeader. */
export type Unwrap = (header: Bytes) => Promise<Bytes>;

/**
 * Opens a sealed file while it comes, and checks it against the chain: header and stanza first, digest and tree at the
 * end. What was given to the sink counts only when close has returned.
 */
export class OpenStream {
  readonly #facts: SealedFacts;
  readonly #unwrap: Unwrap;
  readonly #sink: Sink;
  readonly #file: IHasher;
  readonly #plain: IHasher;
  readonly #tree = new TreeStream();
  readonly #in = new Uint8Array(sealedChunkSize);
  readonly #out = new Uint8Array(chunkSize);
  #head: Uint8Array = new Uint8Array(0);
  #cipher: ChunkCipher | undefined;
  #used = 0;
  #index = 0;
  #size = 0;

  private constructor(facts: SealedFacts, unwrap: Unwrap, sink: Sink, file: IHasher, plain: IHasher) {
    this.#facts = facts;
    this.#unwrap = unwrap;
    this.#sink = sink;
    this.#file = file.init();
    this.#plain = plain.init();
  }

  /** Begins to open a file. */
  static async begin(facts: SealedFacts, unwrap: Unwrap, sink: Sink): Promise<OpenStream> {
    const [file, plain] = await Promise.all([createSHA256(), createSHA256()]);
    return new OpenStream(facts, unwrap, sink, file, plain);
  }

  /** Takes bytes of the sealed file. Wait for it before the next call. Throws integrity Faults, and those of unwrap. */
  async write(data: Uint8Array): Promise<void> {
    this.#file.update(data);
    await this.#tree.add(data);
    const payload = this.#cipher === undefined ? await this.#begin(data) : data;
    for (let rest = payload; rest.length > 0; ) {
      if (this.#used === sealedChunkSize) await this.#open(false);
      const part = rest.subarray(0, sealedChunkSize - this.#used);
      this.#in.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Ends the file. Throws an integrity Fault: `cut-short`, `damaged`, `other-digest` or `other-tree`. */
  async close(): Promise<OpenedFile> {
    try {
      if (this.#cipher === undefined) throw new Fault("integrity", "cut-short");
      await this.#open(true);
      const digest = this.#file.digest("binary");
      if (!equal(digest, this.#facts.sha256)) throw new Fault("integrity", "other-digest");
      if (!equal(await this.#tree.root(), this.#facts.treeRoot)) throw new Fault("integrity", "other-tree");
      return { size: this.#size, sha256: Uint8Array.from(this.#plain.digest("binary")) };
    } finally {
      this.abort();
    }
  }

  /** Forgets the key. */
  abort(): void {
    this.#cipher?.zero();
    wipe(this.#out);
  }

  // begin collects the header and the nonce; it gives what stands behind them.
  async #begin(data: Uint8Array): Promise<Uint8Array> {
    this.#head = concat(this.#head, data);
    const header = headerOf(this.#head);
    const end = (header?.length ?? 0) + payloadNonceSize;
    if (header === undefined || this.#head.length < end) return new Uint8Array(0);
    const fileKey = await this.#unwrap(header);
    this.#cipher = new ChunkCipher(fileKey, this.#head.subarray(header.length, end));
    wipe(fileKey);
    const payload = this.#head.slice(end);
    this.#head = new Uint8Array(0);
    return payload;
  }

  async #open(last: boolean): Promise<void> {
    const plain = this.#out.subarray(0, Math.max(0, this.#used - (sealedChunkSize - chunkSize)));
    this.#cipher?.open(this.#index, last, this.#in.subarray(0, this.#used), plain);
    this.#used = 0;
    this.#index++;
    this.#size += plain.length;
    this.#plain.update(plain);
    await this.#sink(plain);
  }
}

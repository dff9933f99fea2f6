import { createSHA256, type IHasher } from "hash-wasm";
import { type Bytes, wipe } from "../bytes";
import { Fault } from "../fault";
import { TreeStream } from "../merkle";
import type { Encapsulation } from "../threshold/capsule";
import type { Key } from "../threshold/key";
import { ChunkCipher, chunkSize, type Sink, sealedChunkSize } from "./chunks";
import { beginFile, VolensRecipient } from "./header";
import { bodySha256, type SealedFacts } from "./stanza";

/** How many chunks leave at once. */
const batch = 16;

/** To whom a file is sealed. */
export interface SealOptions {
  readonly key: Key;
  /** In hex. */
  readonly datasetId: string;
  /** g, 32 random bytes drawn for this file. */
  readonly half: Uint8Array;
  /** The patient's own recipient for this dataset, `age1pq1...`. */
  readonly patient: string;
  /** Drawn anew if not given. */
  readonly capsule?: Encapsulation;
}

/** What one pass over a source found. */
export interface SealedFile extends SealedFacts {
  /** Of the sealed file, in bytes. */
  readonly size: number;
  readonly plaintextSize: number;
  readonly plaintextSha256: Bytes;
  /** Makes the proof of the registration; call its zero afterwards. */
  readonly capsule: Encapsulation;
}

/**
 * Seals a file while it comes, and computes every digest in the same pass. Only close ends the file: without it, what
 * was given to the sink does not open as a whole.
 */
export class SealStream {
  readonly #ours: VolensRecipient;
  readonly #cipher: ChunkCipher;
  readonly #sink: Sink;
  readonly #plain: IHasher;
  readonly #file: IHasher;
  readonly #tree = new TreeStream();
  readonly #in = new Uint8Array(chunkSize);
  readonly #out = new Uint8Array(batch * sealedChunkSize);
  readonly #facts: { readonly keyId: bigint; readonly datasetId: string };
  #used = 0;
  #filled = 0;
  #index = 0;
  #plaintextSize = 0;
  #size = 0;
  #done = false;

  private constructor(o: SealOptions, ours: VolensRecipient, cipher: ChunkCipher, sink: Sink, hashers: IHasher[]) {
    this.#facts = { keyId: o.key.id, datasetId: o.datasetId };
    this.#ours = ours;
    this.#cipher = cipher;
    this.#sink = sink;
    const [plain, file] = hashers;
    if (plain === undefined || file === undefined) throw new Fault("internal", "no-hash");
    this.#plain = plain.init();
    this.#file = file.init();
  }

  /** Writes the header to the sink. */
  static async begin(o: SealOptions, sink: Sink): Promise<SealStream> {
    const ours = new VolensRecipient(o.key, o.datasetId, o.half, o.capsule);
    const begun = await beginFile(ours, o.patient);
    const cipher = new ChunkCipher(begun.fileKey, begun.nonce);
    wipe(begun.fileKey);
    const hashers = await Promise.all([createSHA256(), createSHA256()]);
    const stream = new SealStream(o, ours, cipher, sink, hashers);
    await stream.#emit(begun.bytes);
    return stream;
  }

  /** Takes plaintext. Wait for it before the next call. */
  async write(data: Uint8Array): Promise<void> {
    if (this.#done) throw new Fault("internal", "seal-ended");
    this.#plain.update(data);
    this.#plaintextSize += data.length;
    for (let rest = data; rest.length > 0; ) {
      // A full chunk waits until it is known that it is not the last.
      if (this.#used === chunkSize) await this.#seal(false);
      const part = rest.subarray(0, chunkSize - this.#used);
      this.#in.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Seals the last chunk. Call it only when the source ended well. */
  async close(): Promise<SealedFile> {
    if (this.#done) throw new Fault("internal", "seal-ended");
    await this.#seal(true);
    this.#done = true;
    this.#erase();
    const { stanza, capsule } = this.#ours;
    return {
      ...this.#facts,
      u: stanza.u,
      bodySha256: bodySha256(stanza),
      sha256: Uint8Array.from(this.#file.digest("binary")),
      treeRoot: await this.#tree.root(),
      size: this.#size,
      plaintextSize: this.#plaintextSize,
      plaintextSha256: Uint8Array.from(this.#plain.digest("binary")),
      capsule,
    };
  }

  /** Gives the file up: what was written stays without its end. */
  abort(): void {
    this.#done = true;
    this.#erase();
    this.#ours.capsule.zero();
  }

  async #seal(last: boolean): Promise<void> {
    const end = this.#filled + this.#used + (sealedChunkSize - chunkSize);
    this.#cipher.seal(this.#index, last, this.#in.subarray(0, this.#used), this.#out.subarray(this.#filled, end));
    this.#filled = end;
    this.#used = 0;
    this.#index++;
    if (!last && this.#filled < this.#out.length) return;
    const full = this.#out.subarray(0, this.#filled);
    this.#filled = 0;
    await this.#emit(full);
  }

  async #emit(sealed: Bytes): Promise<void> {
    this.#file.update(sealed);
    this.#size += sealed.length;
    await this.#tree.add(sealed);
    await this.#sink(sealed);
  }

  #erase(): void {
    this.#cipher.zero();
    wipe(this.#in);
  }
}

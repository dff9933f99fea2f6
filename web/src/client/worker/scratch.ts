import { bigEndian } from "../../core/bytes";
import { Fault } from "../../core/fault";
import type { Spool, SpoolFile } from "../../storage/spool";

const pieceSize = 1 << 20;
const tagSize = 16;

/**
 * Holds de-identified files until their sizes and digests are known, which an archive names before it has them. They are
 * encrypted under a key that this worker alone has and that is never kept: no plaintext comes onto the disk, and what is
 * left behind opens for nobody.
 */
export class Scratch {
  readonly #file: SpoolFile;
  readonly #key: CryptoKey;
  readonly #piece = new Uint8Array(pieceSize);
  #used = 0;
  #index = 0;
  #whole: Blob | undefined;

  private constructor(file: SpoolFile, key: CryptoKey) {
    this.#file = file;
    this.#key = key;
  }

  /** Begins one. */
  static async create(spool: Spool, name: string): Promise<Scratch> {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return new Scratch(await spool.create(name), key);
  }

  /** Appends bytes. */
  async write(data: Uint8Array): Promise<void> {
    for (let rest = data; rest.length > 0; ) {
      const part = rest.subarray(0, pieceSize - this.#used);
      this.#piece.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
      if (this.#used === pieceSize) await this.#flush();
    }
  }

  /** Ends the writing. */
  async finish(): Promise<void> {
    if (this.#used > 0) await this.#flush();
    this.#whole = await this.#file.finish();
    this.#piece.fill(0);
  }

  /** Gives the bytes again, in their order. */
  async read(take: (piece: Uint8Array) => Promise<void>): Promise<void> {
    if (this.#whole === undefined) throw new Fault("internal", "scratch-open");
    for (let index = 0, at = 0; at < this.#whole.size; index++, at += pieceSize + tagSize) {
      const sealed = await this.#whole.slice(at, at + pieceSize + tagSize).arrayBuffer();
      await take(new Uint8Array(await crypto.subtle.decrypt(parameters(index), this.#key, sealed)));
    }
  }

  async #flush(): Promise<void> {
    const piece = this.#piece.subarray(0, this.#used);
    const sealed = await crypto.subtle.encrypt(parameters(this.#index), this.#key, piece);
    this.#index++;
    this.#used = 0;
    await this.#file.write(new Uint8Array(sealed));
  }
}

// The key is new for each scratch, so that a counter is a nonce.
function parameters(index: number): AesGcmParams {
  return { name: "AES-GCM", iv: bigEndian(index, 12) };
}

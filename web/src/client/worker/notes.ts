import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  type Bytes,
  bigEndian,
  concat,
  fromBigEndian,
  fromUtf8,
  randomBytes,
  toHex,
  utf8,
  wipe,
} from "../../core/bytes";
import { asFault, Fault } from "../../core/fault";
import type { Records } from "../../storage/records";
import { importKey } from "./lockbox";

const ivSize = 12;
const namePattern = /^[a-z0-9./-]{1,100}$/;
const prefix = "note/";

/**
 * Notes on this device, encrypted under a key from the words: neither their names nor their contents can be read while
 * the vault is locked. A note stands under a pseudonym of its name, which is authenticated with it.
 */
export class Notes {
  readonly #records: Records;
  readonly #key: CryptoKey;
  readonly #nameKey: Uint8Array;
  #closed = false;

  private constructor(records: Records, key: CryptoKey, nameKey: Uint8Array) {
    this.#records = records;
    this.#key = key;
    this.#nameKey = nameKey;
  }

  /** Opens the notes of a device key, 32 bytes, which is wiped. */
  static async open(records: Records, deviceKey: Bytes): Promise<Notes> {
    const nameKey = hmac(sha256, deviceKey, utf8("names"));
    return new Notes(records, await importKey(deviceKey), nameKey);
  }

  /** Keeps a note. */
  async put(name: string, value: Uint8Array): Promise<void> {
    const place = this.#place(name);
    const iv = randomBytes(ivSize);
    const text = utf8(name);
    const plain = concat(bigEndian(text.length, 2), text, value);
    const sealed = await crypto.subtle.encrypt(this.#parameters(iv, place), this.#key, plain);
    wipe(plain);
    await this.#records.put(place, concat(iv, new Uint8Array(sealed)));
  }

  /** A note, or nothing. Throws an integrity Fault `note-damaged`. */
  async get(name: string): Promise<Bytes | undefined> {
    const found = await this.#read(this.#place(name));
    return found?.value;
  }

  /** The names of the notes that begin so, sorted. */
  async names(start: string): Promise<string[]> {
    const places = await this.#records.names(prefix);
    const found = await Promise.all(places.map((place) => this.#read(place)));
    return found.flatMap((note) => (note?.name.startsWith(start) ? [note.name] : [])).sort();
  }

  /** Removes a note. */
  async delete(name: string): Promise<void> {
    await this.#records.delete(this.#place(name));
  }

  /** Whether any note can be read, where there are some: if none can, they are of other words, or all are damaged. */
  async legible(): Promise<boolean> {
    const places = await this.#records.names(prefix);
    const legible = await Promise.all(places.map((place) => this.#legible(place)));
    return places.length === 0 || legible.includes(true);
  }

  /** Removes the notes that cannot be read: damaged ones, and those of other words. */
  async dropUnreadable(): Promise<void> {
    for (const place of await this.#records.names(prefix)) {
      if (!(await this.#legible(place))) await this.#records.delete(place);
    }
  }

  /** Erases what can be erased. Nothing can be read or kept afterwards. */
  zero(): void {
    this.#closed = true;
    wipe(this.#nameKey);
  }

  /** Whether a note can be read. A device that gives nothing at all is a Fault: what it has may be in order. */
  async #legible(place: string): Promise<boolean> {
    try {
      await this.#read(place);
      return true;
    } catch (thrown) {
      if (asFault(thrown).kind !== "integrity") throw thrown;
      return false;
    }
  }

  async #read(place: string): Promise<{ name: string; value: Bytes } | undefined> {
    const raw = await this.#records.get(place);
    if (raw === undefined) return undefined;
    try {
      const parameters = this.#parameters(raw.slice(0, ivSize), place);
      const plain = new Uint8Array(await crypto.subtle.decrypt(parameters, this.#key, raw.slice(ivSize)));
      const end = 2 + Number(fromBigEndian(plain.subarray(0, 2)));
      return { name: fromUtf8(plain.subarray(2, end)), value: plain.slice(end) };
    } catch {
      throw new Fault("integrity", "note-damaged");
    }
  }

  #parameters(iv: Bytes, place: string): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: utf8(place) };
  }

  #place(name: string): string {
    if (this.#closed) throw new Fault("refused", "vault-locked");
    if (!namePattern.test(name)) throw new Fault("usage", "bad-name");
    return prefix + toHex(hmac(sha256, this.#nameKey, utf8(name)).subarray(0, 16));
  }
}

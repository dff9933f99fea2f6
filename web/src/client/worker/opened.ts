import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { parseAddress } from "../../core/address";
import { type Bytes, equal, fromUtf8, wipe } from "../../core/bytes";
import {
  deliveryIdentity,
  deviceKey,
  paperSalt,
  patientIdentity,
  readerSeed,
  recipientOf,
  rootSecret,
} from "../../core/derive";
import { Fault } from "../../core/fault";
import { gapLimit } from "../../core/gap";
import { arbitraryDocument } from "../../core/login";
import { Key } from "../../core/threshold/key";
import { SeatSecret } from "../../core/threshold/seat";
import { type AccountKey, Accounts, parsePhrase, phraseOf, seedOf } from "../../core/wallet";
import { SignDocSchema } from "../../gen/cosmos/tx/v1beta1/tx_pb";
import type { Records } from "../../storage/records";
import type { Seat, SeatsWanted, Signed, VaultAccount, WordAnswer } from "../vault";
import { changeBook, type Entry, readBook, withAccount, withUsed } from "./book";
import { Notes } from "./notes";
import { Peer } from "./peer";

const maxSeats = 200;

/** The vault while it is open: every secret of the person, and what is done with them. */
export class Opened {
  readonly #entropy: Bytes;
  readonly #seed: Bytes;
  readonly #keys: Accounts;
  /** The address of account 0. */
  readonly main: string;
  readonly notes: Notes;

  private constructor(entropy: Bytes, seed: Bytes, keys: Accounts, notes: Notes) {
    this.#entropy = entropy;
    this.#seed = seed;
    this.#keys = keys;
    this.main = keys.key(0).address;
    this.notes = notes;
  }

  /** Opens what 32 bytes of entropy stand for. They are wiped by zero. */
  static async from(entropy: Bytes, records: Records): Promise<Opened> {
    const seed = seedOf(entropy);
    return new Opened(entropy, seed, new Accounts(seed), await Notes.open(records, deviceKey(seed)));
  }

  /** A copy of the entropy, for another way to unlock. */
  entropy(): Bytes {
    return this.#entropy.slice();
  }

  /** What the sealer may ask. */
  peer(): Peer {
    return new Peer(this.#seed);
  }

  /** The 24 words. */
  words(): readonly string[] {
    return phraseOf(this.#entropy).split(" ");
  }

  /** Whether all words that the person repeats are right. At least three, each at a place of its own. */
  async confirmWords(answers: readonly WordAnswer[]): Promise<boolean> {
    const words = this.words();
    const right = answers.every(({ place, word }) => words[place - 1] === word.trim().toLowerCase());
    if (!right || new Set(answers.map(({ place }) => place)).size < 3) return false;
    await this.markBackedUp();
    return true;
  }

  /** Notes that the person has the words. */
  async markBackedUp(): Promise<void> {
    await changeBook(this.notes, (book) => ({ ...book, backedUp: true }));
  }

  /** Whether the person has shown that she has the words. */
  async backedUp(): Promise<boolean> {
    return (await readBook(this.notes)).backedUp;
  }

  /** All accounts of this device's list. */
  async accounts(): Promise<VaultAccount[]> {
    return (await readBook(this.notes)).accounts.map((entry) => this.#account(entry));
  }

  /** The account with a name, a fresh one if there is none. */
  async accountFor(name: string): Promise<VaultAccount> {
    const book = await changeBook(this.notes, (now) => withAccount(now, name));
    const entry = book.accounts.find((account) => account.name === name);
    if (entry === undefined) throw new Fault("internal", "no-account");
    return this.#account(entry);
  }

  /** Notes that the chain knows an account. */
  async markUsed(address: string): Promise<void> {
    const { index } = await this.#entry(address);
    await changeBook(this.notes, (book) => withUsed(book, index));
  }

  /** The addresses of a run of accounts, whether they stand in the list or not: for a search. */
  addresses(first: number, count: number): readonly string[] {
    if (count > gapLimit) throw new Fault("usage", "bad-number");
    return Array.from({ length: count }, (_, i) => this.#keys.key(first + i).address);
  }

  /** Takes accounts that the chain knows into the list. */
  async adopt(indices: readonly number[]): Promise<VaultAccount[]> {
    const book = await changeBook(this.notes, (now) => indices.reduce(withUsed, now));
    return book.accounts.filter(({ index }) => indices.includes(index)).map((entry) => this.#account(entry));
  }

  /** Signs a SignDoc, and no other bytes. */
  async signDirect(address: string, signDoc: Uint8Array): Promise<Signed> {
    if (!isSignDoc(signDoc)) throw new Fault("refused", "not-a-document");
    return this.#sign(address, signDoc);
  }

  /** Signs an amino document of a transaction. Arbitrary data is signed by signArbitrary alone. */
  async signAmino(address: string, signDoc: Uint8Array): Promise<Signed> {
    const doc = parseObject(signDoc);
    const messages = Array.isArray(doc.msgs) ? doc.msgs : [];
    const kinds = messages.map((message: { type?: unknown }) => message.type);
    const transaction =
      kinds.length > 0 && kinds.every((kind) => typeof kind === "string" && kind !== "sign/MsgSignData");
    if (!transaction || !doc.chain_id) throw new Fault("refused", "not-a-document");
    return this.#sign(address, signDoc);
  }

  /** Signs a text by ADR-036. */
  async signArbitrary(address: string, text: string): Promise<Signed> {
    return this.#sign(address, arbitraryDocument(address, text));
  }

  /** The patient's own recipient of a dataset. */
  patientRecipient(datasetId: string): Promise<string> {
    return recipientOf(patientIdentity(this.#seed, datasetId));
  }

  /** The recipient to which gateways deliver the halves of a request. */
  deliveryRecipient(requestId: string): Promise<string> {
    return recipientOf(deliveryIdentity(this.#seed, requestId));
  }

  /** The salt of a request's papers. */
  paperSalt(requestId: string): Bytes {
    const root = rootSecret(this.#seed);
    const salt = paperSalt(root, requestId);
    wipe(root);
    return salt;
  }

  /** One-time keys for seats, with their proofs. */
  seats(wanted: SeatsWanted): Seat[] {
    const { liveChain, requestId } = wanted;
    if (wanted.count < 1 || wanted.count > maxSeats) throw new Fault("usage", "bad-number");
    const key = new Key(wanted.key.originChain, wanted.key.keyId, wanted.key.y);
    const researcher = parseAddress(wanted.reader);
    const seed = readerSeed(this.#seed);
    const seats = Array.from({ length: wanted.count }, (_, i) => {
      const index = wanted.first + BigInt(i);
      const secret = SeatSecret.derive(key, seed, liveChain, requestId, index);
      return { q: secret.q, proof: secret.prove(key, { liveChain, requestId, index, researcher }) };
    });
    wipe(seed);
    return seats;
  }

  /** Erases the secrets. */
  zero(): void {
    wipe(this.#entropy, this.#seed);
    this.#keys.zero();
    this.notes.zero();
  }

  #account({ name, index, used }: Entry): VaultAccount {
    const { address, publicKey } = this.#keys.key(index);
    return { name, index, used, address, publicKey };
  }

  async #entry(address: string): Promise<Entry> {
    const entries = (await readBook(this.notes)).accounts;
    const found = entries.find(({ index }) => this.#keys.key(index).address === address);
    if (found === undefined) throw new Fault("not-found", "no-account");
    return found;
  }

  async #sign(address: string, document: Uint8Array): Promise<Signed> {
    const { index } = await this.#entry(address);
    const key: AccountKey = this.#keys.key(index);
    const signed = { publicKey: key.publicKey, signature: key.sign(document) };
    key.zero();
    return signed;
  }
}

/** The entropy of words that a person typed. Throws a usage Fault `words-wrong`. */
export function entropyOf(words: string): Bytes {
  return parsePhrase(words);
}

// isSignDoc takes a whole document and nothing that another program could read otherwise.
function isSignDoc(raw: Uint8Array): boolean {
  try {
    const doc = fromBinary(SignDocSchema, raw, { readUnknownFields: false });
    const whole = doc.bodyBytes.length > 0 && doc.authInfoBytes.length > 0 && doc.chainId !== "";
    return whole && equal(toBinary(SignDocSchema, doc), raw);
  } catch {
    return false;
  }
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fromUtf8(json));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new Fault("refused", "not-a-document");
}

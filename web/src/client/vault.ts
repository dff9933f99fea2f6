import type { Bytes } from "../core/bytes";
import type { PlainFault } from "../core/fault";

/**
 * The vault: the person's 24 words and everything that comes from them, inside a worker. The page gets addresses,
 * public keys, signatures and sealed bytes. The words cross to the page in two cases only, both by the person's hand:
 * she asks to see them ({@link Vault.words}), or types them ({@link Vault.restore}, {@link Vault.confirmWords}).
 *
 * Every method may throw a Fault. When the vault is locked and has to be open, it is `refused`, code `vault-locked`.
 */
export interface Vault {
  /** What the vault is now. The same object until it changes, so that it fits `useSyncExternalStore`. */
  state(): VaultState;
  /** Calls back after every change of the state; gives the function that ends it. */
  subscribe(listener: () => void): () => void;

  /**
   * Draws new words, seals them under the method and opens the vault. Codes: `vault-exists`, and those of the method:
   * `passkey-cancelled`, `passkey-unsupported` (offer the passphrase), `passphrase-short`.
   */
  create(method: Method): Promise<void>;
  /**
   * As create, from words that the person has; they count as backed up. Code `words-wrong`. Look for accounts next. It
   * also mends a damaged vault: notes that these words can read stay. Where they can read none, it is refused with
   * `notes-of-others` unless `dropNotes` says that the notes may go.
   */
  restore(words: string, method: Method, options?: { readonly dropNotes?: boolean }): Promise<void>;
  /** Whether words can read what stands beside a damaged vault; yes where nothing does. Code `words-wrong`. */
  canRead(words: string): Promise<boolean>;
  /** Opens the vault. Codes `passphrase-wrong`, `passkey-wrong`, `passkey-cancelled`, `vault-damaged`. */
  unlock(method: Unlock): Promise<void>;
  /** Forgets every secret until the next unlock. Work under way ends with `vault-locked`. */
  lock(): Promise<void>;
  /** Says that the person is there, so that the vault does not lock itself. Cheap: call it on every input. */
  touch(): void;
  /** Adds a second way to unlock, or replaces the one of its kind. */
  addMethod(method: Method): Promise<void>;
  /** Takes a way to unlock away; the last one stays (`last-method`). */
  removeMethod(kind: MethodKind): Promise<void>;
  /** Removes the vault and everything that it keeps from this device. What is on chain stays; the words bring it back. */
  forget(): Promise<void>;

  /** The 24 words, to be shown to the person and kept nowhere. */
  words(): Promise<readonly string[]>;
  /** Compares words that the person repeats, by their place from 1 to 24; all right marks the words as backed up. */
  confirmWords(answers: readonly WordAnswer[]): Promise<boolean>;

  /** All accounts of this device's list, by index; the first is `main`, for roles. */
  accounts(): Promise<readonly VaultAccount[]>;
  /** The account with a name, a fresh one if there is none. Code `accounts-unused` after 20 that the chain knows not. */
  accountFor(name: string): Promise<VaultAccount>;
  /** Notes that the chain knows the account: call it when its first transaction stands in a block. */
  markUsed(address: string): Promise<void>;
  /**
   * Looks through the accounts of the words, from 0 until 20 in a row are unknown to the chain, and takes the known
   * ones into the list (docs/spec/wallet.md, section 5). `known` is asked for one address at a time.
   */
  findAccounts(known: (address: string) => Promise<boolean>): Promise<readonly VaultAccount[]>;

  /** Signs the bytes of a SignDoc (SIGN_MODE_DIRECT). Other bytes are refused, code `not-a-document`. */
  signDirect(address: string, signDoc: Uint8Array): Promise<Signed>;
  /** Signs the canonical JSON of an amino StdSignDoc (SIGN_MODE_LEGACY_AMINO_JSON). */
  signAmino(address: string, signDoc: Uint8Array): Promise<Signed>;
  /** Signs a text as arbitrary data (ADR-036), which no chain takes for a transaction. */
  signArbitrary(address: string, text: string): Promise<Signed>;

  /** The patient's own age recipient of a dataset, `age1pq1...`; the id in hex. */
  patientRecipient(datasetId: string): Promise<string>;
  /** The age recipient to which gateways deliver the halves of a request or an inspection; the id in hex. */
  deliveryRecipient(requestId: string): Promise<string>;
  /** One-time keys for the seats of a request, each with its proof. An inspection has the one seat 0. */
  seats(wanted: SeatsWanted): Promise<readonly Seat[]>;
  /** The salt that blinds the digests of a request's papers, 32 bytes. */
  paperSalt(requestId: string): Promise<Bytes>;

  /** Keeps a note on this device, encrypted under a key from the words. Names: `a-z0-9-/.`, at most 100 characters. */
  keep(name: string, value: Uint8Array): Promise<void>;
  /** A note that was kept, or nothing. */
  kept(name: string): Promise<Bytes | undefined>;
  /** The names of all notes that begin so, sorted. */
  keptNames(prefix: string): Promise<readonly string[]>;
  /** Removes a note. */
  drop(name: string): Promise<void>;
}

/** What the vault on this device is. */
export type VaultState =
  | { readonly status: "loading" }
  | { readonly status: "none" }
  /**
   * Nothing can be opened: what stands on this device is damaged (`vault-damaged`: {@link Vault.restore} mends it), the
   * browser keeps nothing (`device-storage`), or the worker is gone (`vault-crashed`: the page must be loaded anew).
   */
  | { readonly status: "broken"; readonly fault: PlainFault }
  | { readonly status: "locked"; readonly methods: readonly MethodKind[] }
  | {
      readonly status: "open";
      readonly methods: readonly MethodKind[];
      /** The address of account 0. */
      readonly main: string;
      /** Whether the person has shown that she has the words. Ask for it before anything depends on them. */
      readonly backedUp: boolean;
    };

/** The kinds of ways to unlock. */
export type MethodKind = "passkey" | "passphrase";

/** A way to seal the words on this device. `name` is what the passkey is called in the device's list. */
export type Method =
  | { readonly kind: "passkey"; readonly name: string }
  | { readonly kind: "passphrase"; readonly passphrase: string };

/** How the person unlocks. */
export type Unlock = { readonly kind: "passkey" } | { readonly kind: "passphrase"; readonly passphrase: string };

/** The least length of a passphrase in characters. */
export const minPassphrase = 12;

/** A word that the person repeats. */
export interface WordAnswer {
  /** From 1 to 24. */
  readonly place: number;
  readonly word: string;
}

/** An account of the words. */
export interface VaultAccount {
  /** Chosen by the app, such as `main` or `dataset-0a1b2c3d`. */
  readonly name: string;
  /** i in m/44'/118'/0'/0/i. */
  readonly index: number;
  /** Bech32. */
  readonly address: string;
  /** Compressed secp256k1, 33 bytes. */
  readonly publicKey: Bytes;
  /** Whether the chain is known to know it. */
  readonly used: boolean;
}

/** A signature and the key that checks it. */
export interface Signed {
  /** Compressed secp256k1, 33 bytes. */
  readonly publicKey: Bytes;
  /** r and s, 64 bytes, s in the lower half. */
  readonly signature: Bytes;
}

/** A committee key: what a file is sealed to and seats are asked of. */
export interface CommitteeKey {
  readonly originChain: string;
  readonly keyId: bigint;
  /** Y, 32 bytes. */
  readonly y: Uint8Array;
}

/** Which seats are to be made. */
export interface SeatsWanted {
  readonly key: CommitteeKey;
  readonly liveChain: string;
  /** Of the request or the inspection, in hex. */
  readonly requestId: string;
  /** Bech32 address of the reader. */
  readonly reader: string;
  /** The first index, and how many: at most 200. */
  readonly first: bigint;
  readonly count: number;
}

/** A seat as it stands in a message. */
export interface Seat {
  /** 32 bytes. */
  readonly q: Bytes;
  /** Proof2("seat"), 128 bytes. */
  readonly proof: Bytes;
}

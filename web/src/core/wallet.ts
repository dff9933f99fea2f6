import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { HDKey } from "@scure/bip32";
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { addressOf } from "./address";
import type { Bytes } from "./bytes";
import { wipe } from "./bytes";
import { Fault } from "./fault";

/** Words of a phrase: 256 random bits and 8 of checksum (BIP-39). */
export const phraseWords = 24;
/** Random bytes behind a phrase. */
export const entropySize = 32;

const maxIndex = 2 ** 31 - 1;

/** The phrase of 32 random bytes. */
export function phraseOf(entropy: Uint8Array): string {
  if (entropy.length !== entropySize) throw new Fault("internal", "bad-length");
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * The 32 bytes of 24 words as people type them: any case, any white space. Throws a usage Fault `words-wrong`, which
 * does not repeat them.
 */
export function parsePhrase(text: string): Bytes {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length !== phraseWords) throw new Fault("usage", "words-wrong");
  try {
    return Uint8Array.from(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    throw new Fault("usage", "words-wrong");
  }
}

/** The 64 bytes that everything of a wallet comes from: BIP-39 with an empty passphrase. */
export function seedOf(entropy: Uint8Array): Bytes {
  return Uint8Array.from(mnemonicToSeedSync(phraseOf(entropy)));
}

/** The accounts of a seed: number i is m/44'/118'/0'/0/i (BIP-32, BIP-44). */
export class Accounts {
  readonly #parent: HDKey;

  constructor(seed: Uint8Array) {
    this.#parent = HDKey.fromMasterSeed(seed).derive("m/44'/118'/0'/0");
  }

  /** The account with a number from 0 to 2^31 - 1. */
  key(index: number): AccountKey {
    if (!Number.isInteger(index) || index < 0 || index > maxIndex) throw new Fault("usage", "bad-number");
    return new AccountKey(this.#parent.deriveChild(index));
  }

  /** Erases the private key that all come from. */
  zero(): void {
    this.#parent.wipePrivateData();
  }
}

/** Signs for one account. */
export class AccountKey {
  readonly #key: Uint8Array;
  /** Compressed secp256k1, 33 bytes. */
  readonly publicKey: Bytes;
  /** Bech32. */
  readonly address: string;

  constructor(node: HDKey) {
    if (!node.privateKey || !node.publicKey) throw new Fault("internal", "no-key");
    this.#key = node.privateKey;
    this.publicKey = Uint8Array.from(node.publicKey);
    this.address = addressOf(this.publicKey);
  }

  /** ECDSA over the SHA-256 of the document: deterministic (RFC 6979), low s, 64 bytes r || s. */
  sign(document: Uint8Array): Bytes {
    return Uint8Array.from(secp256k1.sign(sha256(document), this.#key, { prehash: false, lowS: true }));
  }

  /** Erases the private key. */
  zero(): void {
    wipe(this.#key);
  }
}

/** Whether the 64 bytes are a signature, with the lower s, of the document by the key. */
export function isSignature(signature: Uint8Array, document: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return secp256k1.verify(signature, sha256(document), publicKey, { prehash: false, lowS: true });
  } catch {
    return false;
  }
}

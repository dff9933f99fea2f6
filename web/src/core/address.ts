import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import type { Bytes } from "./bytes";
import { Fault } from "./fault";

/** The human-readable part of addresses on the chain. */
export const addressPrefix = "volens";

const size = 20;

/** An address as text, Bech32 (BIP-173) over its 20 bytes. */
export function encodeAddress(raw: Uint8Array): string {
  if (raw.length !== size) throw new Fault("usage", "bad-address");
  return bech32.encode(addressPrefix, bech32.toWords(raw));
}

/** The 20 bytes of an address. Throws a usage Fault `bad-address` for any text but the one lower-case form. */
export function parseAddress(text: string): Bytes {
  try {
    const { prefix, bytes } = bech32.decodeToBytes(text);
    if (prefix === addressPrefix && bytes.length === size && text === encodeAddress(bytes)) {
      return Uint8Array.from(bytes);
    }
  } catch {
    // Refused below.
  }
  throw new Fault("usage", "bad-address");
}

/** Whether a text is an address of the chain. */
export function isAddress(text: string): boolean {
  try {
    return parseAddress(text).length === size;
  } catch {
    return false;
  }
}

/** The address of a compressed secp256k1 key: RIPEMD-160 of its SHA-256. */
export function addressOf(publicKey: Uint8Array): string {
  return encodeAddress(ripemd160(sha256(publicKey)));
}

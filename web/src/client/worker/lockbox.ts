import { scrypt } from "hash-wasm";
import { type Bytes, fromBase64, fromUtf8, randomBytes, toBase64, utf8, wipe } from "../../core/bytes";
import { Fault } from "../../core/fault";
import { canonicalBytes } from "../../core/jcs";
import { entropySize } from "../../core/wallet";
import type { MethodKind } from "../vault";

// The words at rest: their 32 random bytes under AES-256-GCM, once for each way to unlock (docs/spec/wallet.md,
// section 9). The address of account 0 is authenticated with them.

const saltSize = 32;
const ivSize = 12;
/** 2^17: one guess at a passphrase costs 128 MiB and about a second. */
const workFactor = 17;
const maxWorkFactor = 20;

/** One way to unlock, as it is kept. Byte strings are base64. */
export interface Lock {
  readonly kind: MethodKind;
  readonly salt: string;
  readonly iv: string;
  readonly sealed: string;
  /** Of a passkey: its credential id. */
  readonly credential?: string;
  /** Of a passphrase: log2 of scrypt's cost. */
  readonly work?: number;
}

/** What stands on this device. */
export interface Lockbox {
  readonly version: 1;
  /** Bech32 address of account 0. */
  readonly main: string;
  readonly locks: readonly Lock[];
}

/** What opens a lock: the secret of a passkey (WebAuthn's PRF, 32 bytes), or a passphrase. It is wiped after use. */
export type Opener =
  | {
      readonly kind: "passkey";
      readonly credential: Uint8Array;
      readonly salt: Uint8Array;
      readonly secret: Uint8Array;
    }
  | { readonly kind: "passphrase"; readonly passphrase: string };

/** Seals the entropy for a way to unlock. */
export async function makeLock(entropy: Uint8Array, main: string, by: Opener): Promise<Lock> {
  const salt = by.kind === "passkey" ? Uint8Array.from(by.salt) : randomBytes(saltSize);
  const iv = randomBytes(ivSize);
  const key = await keyOf(by, salt, workFactor);
  const data = Uint8Array.from(entropy);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(by.kind, main) }, key, data);
  wipe(data);
  return {
    kind: by.kind,
    salt: toBase64(salt),
    iv: toBase64(iv),
    sealed: toBase64(new Uint8Array(sealed)),
    ...(by.kind === "passkey" ? { credential: toBase64(by.credential) } : { work: workFactor }),
  };
}

/** Opens a lock. Throws a refused Fault `passkey-wrong` or `passphrase-wrong`. */
export async function openLock(lock: Lock, main: string, by: Opener): Promise<Bytes> {
  const key = await keyOf(by, fromBase64(lock.salt), lock.work ?? workFactor);
  const parameters = { name: "AES-GCM", iv: fromBase64(lock.iv), additionalData: bound(lock.kind, main) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, fromBase64(lock.sealed)));
  } catch {
    throw new Fault("refused", `${lock.kind}-wrong`);
  }
}

/** The bytes of a lockbox. */
export function encodeLockbox(box: Lockbox): Bytes {
  return canonicalBytes(box);
}

/** Reads a lockbox. Throws an integrity Fault `vault-damaged`. */
export function parseLockbox(raw: Uint8Array): Lockbox {
  try {
    const box = JSON.parse(fromUtf8(raw)) as Lockbox;
    const wellFormed = box.version === 1 && typeof box.main === "string" && box.locks.length > 0;
    if (wellFormed && box.locks.every(isLock)) return box;
  } catch {
    // Refused below.
  }
  throw new Fault("integrity", "vault-damaged");
}

function isLock(lock: Lock): boolean {
  const sizes = [fromBase64(lock.salt).length, fromBase64(lock.iv).length, fromBase64(lock.sealed).length];
  const fits = sizes[0] === saltSize && sizes[1] === ivSize && sizes[2] === entropySize + 16;
  if (lock.kind === "passkey") return fits && fromBase64(lock.credential ?? "").length > 0;
  const work = lock.work ?? 0;
  return fits && lock.kind === "passphrase" && Number.isInteger(work) && work >= workFactor && work <= maxWorkFactor;
}

function bound(kind: MethodKind, main: string): Bytes {
  return utf8(`volens-web-vault/1 ${kind} ${main}`);
}

async function keyOf(by: Opener, salt: Bytes, work: number): Promise<CryptoKey> {
  if (by.kind === "passphrase") {
    const password = utf8(by.passphrase.normalize("NFKC"));
    const raw = await scrypt({
      ...{ password, salt, costFactor: 2 ** work, blockSize: 8, parallelism: 1, hashLength: 32 },
      outputType: "binary",
    });
    wipe(password);
    return importKey(Uint8Array.from(raw), raw);
  }
  const secret = Uint8Array.from(by.secret);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  wipe(secret, by.secret);
  const derivation = { name: "HKDF", hash: "SHA-256", salt, info: utf8("volens-web-vault/1 passkey") };
  return crypto.subtle.deriveKey(derivation, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A key for AES-256-GCM that cannot be read again; the bytes are wiped, and `also`. */
export async function importKey(raw: Bytes, ...also: Uint8Array[]): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  wipe(raw, ...also);
  return key;
}

import { type Bytes, fromBase64, randomBytes } from "../core/bytes";
import { Fault } from "../core/fault";

// Passkeys with a secret: WebAuthn's PRF extension (WebAuthn Level 3, section 10.1.4). The secret never leaves the page
// but to the vault's worker, whose message takes its buffer away.

/** A passkey and its secret for one salt. */
export interface PasskeySecret {
  readonly credential: Bytes;
  readonly salt: Bytes;
  /** 32 bytes. */
  readonly secret: Bytes;
}

const saltSize = 32;
const secretSize = 32;
const challengeSize = 32;
const patience = 120_000;

/** Whether this browser knows passkeys at all. Whether one has a secret is known when it was made. */
export function passkeysKnown(): boolean {
  return typeof PublicKeyCredential === "function";
}

/**
 * Makes a passkey for this site and asks for its secret. `name` stands in the device's list. Throws a refused Fault
 * `passkey-cancelled`, or an unavailable one `passkey-unsupported` where the device gives no secret.
 */
export async function makePasskey(name: string): Promise<PasskeySecret> {
  const salt = randomBytes(saltSize);
  const made = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: "Volens" },
        // A new handle each time: it must say nothing about the person.
        user: { id: randomBytes(16), name, displayName: name },
        challenge: randomBytes(challengeSize),
        pubKeyCredParams: [
          { type: "public-key", alg: -7 },
          { type: "public-key", alg: -257 },
        ],
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        attestation: "none",
        timeout: patience,
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const credential = new Uint8Array(made.rawId);
  const { prf } = made.getClientExtensionResults();
  const secret = prf?.results?.first;
  if (secret) return { credential, salt, secret: bytesOf(secret) };
  if (!prf?.enabled) throw new Fault("unavailable", "passkey-unsupported");
  // Some devices give the secret at the first use only.
  return { credential, salt, secret: await secretOf(credential, salt) };
}

/** Asks a passkey for its secret; credential and salt are base64, as the vault keeps them. Throws as makePasskey. */
export async function askPasskey(kept: { credential: string; salt: string }): Promise<PasskeySecret> {
  const [credential, salt] = [fromBase64(kept.credential), fromBase64(kept.salt)];
  return { credential, salt, secret: await secretOf(credential, salt) };
}

async function secretOf(credential: Bytes, salt: Bytes): Promise<Bytes> {
  const got = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(challengeSize),
        allowCredentials: [{ type: "public-key", id: credential }],
        userVerification: "required",
        timeout: patience,
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const secret = got.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new Fault("unavailable", "passkey-unsupported");
  return bytesOf(secret);
}

async function ask(call: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!passkeysKnown()) throw new Fault("unavailable", "passkey-unsupported");
  try {
    const credential = await call();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    const known =
      cause instanceof DOMException && (cause.name === "NotSupportedError" || cause.name === "SecurityError");
    if (known) throw new Fault("unavailable", "passkey-unsupported", { cause });
    throw new Fault("refused", "passkey-cancelled", { cause });
  }
  throw new Fault("refused", "passkey-cancelled");
}

function bytesOf(source: BufferSource): Bytes {
  const bytes =
    source instanceof ArrayBuffer
      ? new Uint8Array(source)
      : Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (bytes.length !== secretSize) throw new Fault("unavailable", "passkey-unsupported");
  return bytes;
}

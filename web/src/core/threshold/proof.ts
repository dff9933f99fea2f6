import { type Bytes, concat, randomBytes, wipe } from "../bytes";
import { Fault } from "../fault";
import { Transcript } from "../transcript";
import { base, decodePoint, decodeScalar, encodePoint, encodeScalar, generator, respond, wideScalar } from "./group";
import type { Key } from "./key";

/** The length of a Proof2: Pbar, A, A' and f. */
export const proofSize = 128;

/** How many random bytes go into each nonce. */
export const nonceEntropy = 32;

/** The kinds of statements: a proof under one label never verifies under another. */
export type Label = "capsule" | "seat" | "decision";

/** H_s: SHA-512 of a transcript modulo the group order. */
export function hashToScalar(t: Transcript): bigint {
  return wideScalar(t.sum512());
}

/**
 * Proves knowledge of the secret scalar for the point secret*G in a context (docs/spec/custody.md, section 4). The nonce
 * is hedged: neither a broken nor a repeating source of randomness gives the secret away.
 */
export function prove(
  key: Key,
  label: Label,
  context: Transcript,
  secret: bigint,
  fresh: Uint8Array = randomBytes(nonceEntropy),
): Bytes {
  const point = encodePoint(base(secret));
  const pbar = encodePoint(key.gbar.multiply(secret));
  const statement = key.transcript(label).nest(context).bytes(point, pbar);
  const nonce = hedgedNonce(secret, fresh, statement);
  const a = encodePoint(base(nonce));
  const abar = encodePoint(key.gbar.multiply(nonce));
  const challenge = hashToScalar(statement.bytes(a, abar));
  return concat(pbar, a, abar, encodeScalar(respond(nonce, challenge, secret)));
}

/** Checks a proof. Throws an integrity Fault: `bad-proof`, or that of what does not decode. */
export function verify(key: Key, label: Label, context: Transcript, point: Uint8Array, proof: Uint8Array): void {
  if (proof.length !== proofSize) throw new Fault("integrity", "bad-proof");
  const [pbar, a, abar] = [proof.slice(0, 32), proof.slice(32, 64), proof.slice(64, 96)];
  const [p, pBar, A, aBar] = [decodePoint(point), decodePoint(pbar), decodePoint(a), decodePoint(abar)];
  const f = decodeScalar(proof.slice(96));
  const e = hashToScalar(key.transcript(label).nest(context).bytes(point, pbar, a, abar));
  // Everything is public here, so that the time may depend on it.
  const holds =
    generator.multiplyUnsafe(f).equals(A.add(p.multiplyUnsafe(e))) &&
    key.gbar.multiplyUnsafe(f).equals(aBar.add(pBar.multiplyUnsafe(e)));
  if (!holds) throw new Fault("integrity", "bad-proof");
}

function hedgedNonce(secret: bigint, fresh: Uint8Array, statement: Transcript): bigint {
  const raw = encodeScalar(secret);
  const nonce = hashToScalar(Transcript.of("nonce").bytes(raw, fresh).nest(statement));
  wipe(raw, fresh);
  if (nonce === 0n) throw new Fault("internal", "bad-nonce");
  return nonce;
}

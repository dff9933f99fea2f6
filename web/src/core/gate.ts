import { type Bytes, equal, randomBytes, toHex, wipe } from "./bytes";
import { Fault } from "./fault";
import { parseId } from "./ids";
import { addressSize } from "./threshold/key";
import { Transcript } from "./transcript";

/** The length of g, the gateways' half, and of each of its parts in bytes. */
export const halfSize = 32;
/** The largest number of gateways of one dataset. */
export const maxParts = 16;

/** What one gateway holds: `index` is its place in the dataset's list, from 1. */
export interface Part {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Checks that k of m gateways may be asked for: 1 <= k <= m <= 16. Throws a usage Fault `bad-threshold`. */
export function checkThreshold(m: number, k: number): void {
  if (!Number.isInteger(k) || !Number.isInteger(m) || k < 1 || k > m || m > maxParts) {
    throw new Fault("usage", "bad-threshold");
  }
}

/**
 * Cuts g into m parts of which any k give it back: Shamir's scheme over GF(2^8), byte by byte (docs/spec/sealed-file.md,
 * section 4). `random` has 32 (k-1) bytes, all coefficients of degree 1 first, and is overwritten.
 */
export function split(
  half: Uint8Array,
  m: number,
  k: number,
  random: Uint8Array = randomBytes(halfSize * (k - 1)),
): Bytes[] {
  checkThreshold(m, k);
  if (half.length !== halfSize || random.length !== halfSize * (k - 1)) throw new Fault("internal", "bad-length");
  const rows = [half];
  for (let degree = 1; degree < k; degree++) rows.push(random.subarray(halfSize * (degree - 1), halfSize * degree));
  const parts = Array.from({ length: m }, (_, i) => evaluate(rows, i + 1));
  wipe(random);
  return parts;
}

/**
 * Gives g back from at least k parts in any order. Parts beyond k must lie on the same polynomial. Throws an integrity
 * Fault `bad-part`, or `unavailable` with `too-few-parts`. Verify each part first.
 */
export function join(k: number, parts: readonly Part[]): Bytes {
  checkThreshold(maxParts, k);
  const seen = new Set<number>();
  for (const part of parts) {
    const fits = Number.isInteger(part.index) && part.index >= 1 && part.index <= maxParts;
    if (!fits || seen.has(part.index) || part.bytes.length !== halfSize) throw new Fault("integrity", "bad-part");
    seen.add(part.index);
  }
  if (parts.length < k) throw new Fault("unavailable", "too-few-parts");
  const sorted = [...parts].sort((a, b) => a.index - b.index);
  const first = sorted.slice(0, k);
  for (const part of sorted.slice(k)) {
    if (!equal(interpolate(first, part.index), part.bytes)) throw new Fault("integrity", "bad-part");
  }
  return interpolate(first, 0);
}

/** The commitment to part `index` (from 1) of a dataset's version. */
export function commitPart(datasetId: string, version: bigint, index: number, part: Uint8Array): Bytes {
  const t = Transcript.of("gate-part").bytes(parseId(datasetId)).uint(version).uint(index);
  return t.bytes(part).sum256();
}

/** Checks that a part opens its commitment. Throws an integrity Fault `bad-part`. */
export function verifyPart(datasetId: string, version: bigint, part: Part, commitment: Uint8Array): void {
  const fits = part.index >= 1 && part.index <= maxParts && part.bytes.length === halfSize;
  if (!fits || !equal(commitPart(datasetId, version, part.index, part.bytes), commitment)) {
    throw new Fault("integrity", "bad-part");
  }
}

/** A gateway's 20-byte address with the commitment to its part. */
export interface GatewayCommitment {
  readonly gateway: Uint8Array;
  readonly commitment: Uint8Array;
}

/** What a capsule says about its gateways: the bytes of the transcript "gate". */
export function gateBytes(k: number, gateways: readonly GatewayCommitment[]): Bytes {
  checkThreshold(gateways.length, k);
  const seen = new Set<string>();
  let t = Transcript.of("gate").uint(k);
  for (const { gateway, commitment } of gateways) {
    if (gateway.length !== addressSize || commitment.length !== halfSize) throw new Fault("usage", "bad-length");
    const text = toHex(gateway);
    if (seen.has(text)) throw new Fault("usage", "gateway-twice");
    seen.add(text);
    t = t.bytes(gateway, commitment);
  }
  return t.encode();
}

// The arithmetic is in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, as in FIPS 197, without branches on secret bytes.

function multiply(a: number, b: number): number {
  let [left, right, product] = [a, b, 0];
  for (let i = 0; i < 8; i++) {
    product ^= left & -(right & 1);
    left = ((left << 1) ^ (0x11b & -(left >> 7))) & 0xff;
    right >>= 1;
  }
  return product;
}

function inverse(a: number): number {
  let [power, result] = [a, 1];
  for (let i = 0; i < 7; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

// evaluate gives the values at x of polynomials whose coefficients stand in rows, the constant ones first.
function evaluate(rows: readonly Uint8Array[], x: number): Bytes {
  const out = new Uint8Array(halfSize);
  for (const row of [...rows].reverse()) {
    for (let i = 0; i < halfSize; i++) out[i] = multiply(out[i] ?? 0, x) ^ (row[i] ?? 0);
  }
  return out;
}

// interpolate gives the values at x of the polynomials of the lowest degree through the parts.
function interpolate(parts: readonly Part[], x: number): Bytes {
  const out = new Uint8Array(halfSize);
  for (const part of parts) {
    let weight = 1;
    for (const other of parts) {
      if (other === part) continue;
      weight = multiply(weight, multiply(x ^ other.index, inverse(part.index ^ other.index)));
    }
    for (let i = 0; i < halfSize; i++) out[i] = (out[i] ?? 0) ^ multiply(weight, part.bytes[i] ?? 0);
  }
  return out;
}

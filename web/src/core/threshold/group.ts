import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import type { Bytes } from "../bytes";
import { utf8 } from "../bytes";
import { Fault } from "../fault";
import { suite } from "../transcript";

/** The length of encoded points and scalars in bytes. */
export const pointSize = 32;

/** An element of ristretto255 (RFC 9496) other than the identity. */
export type Point = InstanceType<typeof ristretto255.Point>;

const field = ristretto255.Point.Fn;

/** The order of the group. */
export const order: bigint = field.ORDER;

/**
 * A point from its canonical encoding. Throws an integrity Fault `bad-point` for a wrong length, another encoding, or the
 * identity, which is never a value of the protocol.
 */
export function decodePoint(raw: Uint8Array): Point {
  try {
    const point = ristretto255.Point.fromBytes(raw);
    if (!point.is0()) return point;
  } catch {
    // Refused below, as the identity is.
  }
  throw new Fault("integrity", "bad-point");
}

/** The 32 bytes of a computed point. Throws an integrity Fault `bad-point` for the identity. */
export function encodePoint(point: Point): Bytes {
  if (point.is0()) throw new Fault("integrity", "bad-point");
  return Uint8Array.from(point.toBytes());
}

/** A scalar from 32 bytes, little-endian. Throws an integrity Fault `bad-scalar` for a wrong length or a value >= L. */
export function decodeScalar(raw: Uint8Array): bigint {
  const value = raw.length === pointSize ? littleEndian(raw) : order;
  if (value >= order) throw new Fault("integrity", "bad-scalar");
  return value;
}

/** The 32 bytes of a scalar, little-endian. */
export function encodeScalar(scalar: bigint): Bytes {
  return Uint8Array.from(field.toBytes(scalar));
}

/** Bytes as a little-endian integer modulo L; 64 of them, so that the result is uniform. */
export function wideScalar(wide: Uint8Array): bigint {
  return littleEndian(wide) % order;
}

/** G. */
export const generator: Point = ristretto255.Point.BASE;

/** sG for a secret scalar, which must not be zero. */
export function base(scalar: bigint): Point {
  return generator.multiply(scalar);
}

/** a + bc modulo L: the answer of a proof of knowledge. */
export function respond(a: bigint, b: bigint, c: bigint): bigint {
  return field.add(a, field.mul(b, c));
}

/**
 * A point whose discrete logarithm nobody knows: ristretto255_XMD:SHA-512_R255MAP_RO_ of RFC 9380, with the suite, a
 * hyphen and the label as domain separation tag.
 */
export function hashToPoint(label: string, message: Uint8Array): Point {
  return ristretto255_hasher.hashToCurve(message, { DST: utf8(`${suite}-${label}`) });
}

function littleEndian(raw: Uint8Array): bigint {
  let value = 0n;
  for (let i = raw.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(raw[i] ?? 0);
  return value;
}

import { Fault } from "./fault";

/** Bytes over a buffer of their own, as Web Crypto and Blob want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Lower-case hexadecimal digits as bytes. Throws a usage Fault `bad-hex`; `length` in bytes is checked when given. */
export function fromHex(text: string, length?: number): Bytes {
  if (!HEX.test(text) || (length !== undefined && text.length !== 2 * length)) throw new Fault("usage", "bad-hex");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Bytes in the standard alphabet of base64, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

/**
 * Base64 of the standard alphabet, with padding or without, as bytes. Throws a usage Fault `bad-base64` for anything
 * else: white space, a wrong length, bits that are left over.
 */
export function fromBase64(text: string): Bytes {
  if (!BASE64.test(text)) throw new Fault("usage", "bad-base64");
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  if (toBase64(bytes).replace(/=+$/, "") !== text.replace(/=+$/, "")) throw new Fault("usage", "bad-base64");
  return bytes;
}

/** All the bytes, one part after the other, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Text in UTF-8. */
export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** UTF-8 as text. Throws an integrity Fault `bad-text` when the bytes are none. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault("integrity", "bad-text");
  }
}

/** An unsigned integer as big-endian bytes. Throws when it does not fit. */
export function bigEndian(value: bigint | number, length: number): Bytes {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * length) !== 0n) throw new Fault("usage", "bad-number");
  const bytes = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Big-endian bytes as an unsigned integer. */
export function fromBigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Whether two byte strings are the same. The time depends on their lengths alone. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites secrets that are done with. What the engine copied elsewhere goes with the worker. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** `length` random bytes of the platform's generator. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

import { type Bytes, utf8 } from "./bytes";
import { Fault } from "./fault";

const halfCharacter = /\p{Surrogate}/u;

/**
 * Writes JSON in the one form of RFC 8785, as Go's package `core/jcs`: keys by UTF-16 code units, no white space, and of
 * numbers only integers of at most 53 bits. Throws a usage Fault `not-canonical` for anything that has no such form.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      if (halfCharacter.test(value)) break;
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isSafeInteger(value)) break;
      return JSON.stringify(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
      if (Object.getPrototypeOf(value) === Object.prototype) return object(value);
      break;
    default:
  }
  throw new Fault("usage", "not-canonical");
}

/** The canonical form in UTF-8. */
export function canonicalBytes(value: unknown): Bytes {
  return utf8(canonical(value));
}

function object(value: object): string {
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonical(key)}:${canonical(member)}`).join(",")}}`;
}

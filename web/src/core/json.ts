import { type Bytes, fromBase64, fromHex } from "./bytes";
import { Fault } from "./fault";

/**
 * One JSON object of outside, read field by field. A field that is missing or of another type throws the Fault that the
 * reader was made with, so that callers never look at half-read answers.
 */
export class JsonReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #code: string;
  readonly #kind: "internal" | "integrity";

  /** Reads `value`, which must be an object; `code` names the Fault of kind `kind` that anything wrong throws. */
  constructor(value: unknown, code: string, kind: "internal" | "integrity" = "internal") {
    this.#code = code;
    this.#kind = kind;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.#fault();
    this.#value = { ...value };
  }

  /** Whether the field is there and not null. */
  has(name: string): boolean {
    return this.#value[name] !== undefined && this.#value[name] !== null;
  }

  /** A field as it came. */
  value(name: string): unknown {
    return this.#value[name];
  }

  /** A field that is an object. */
  object(name: string): JsonReader {
    return new JsonReader(this.#value[name], this.#code, this.#kind);
  }

  /** A field that is a list of objects; one that is missing or null is empty. */
  objects(name: string): JsonReader[] {
    if (!this.has(name)) return [];
    const list = this.#value[name];
    if (!Array.isArray(list)) throw this.#fault();
    return list.map((item) => new JsonReader(item, this.#code, this.#kind));
  }

  /** A text; one that is missing or null is `otherwise`, if that is given. */
  text(name: string, otherwise?: string): string {
    const value = this.#value[name] ?? otherwise;
    if (typeof value !== "string") throw this.#fault();
    return value;
  }

  /** A truth value; missing is false. */
  flag(name: string): boolean {
    const value = this.#value[name] ?? false;
    if (typeof value !== "boolean") throw this.#fault();
    return value;
  }

  /** A whole number of at most 53 bits; one that is missing is `otherwise`, if that is given. */
  number(name: string, otherwise?: number): number {
    const value = this.#value[name] ?? otherwise;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw this.#fault();
    return value;
  }

  /** A 64-bit number, which CometBFT and protobuf write as a text of digits; missing is 0. */
  long(name: string): bigint {
    const value = this.#value[name] ?? "0";
    if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) throw this.#fault();
    return BigInt(value);
  }

  /** Bytes in base64 or, as CometBFT writes hashes, in hexadecimal digits of any case; missing is empty. */
  bytes(name: string, form: "base64" | "hex"): Bytes {
    const text = this.text(name, "");
    try {
      if (form === "base64") return fromBase64(text);
      return fromHex(text.toLowerCase());
    } catch {
      throw this.#fault();
    }
  }

  #fault(): Fault {
    return new Fault(this.#kind, this.#code);
  }
}

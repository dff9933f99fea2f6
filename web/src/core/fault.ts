/**
 * What a program does about an error, as Go's package `client/fault`: `refused` is a rule that says no, `unavailable`
 * may be tried again, `integrity` is a digest, proof or signature that is wrong, `internal` a bug.
 */
export const faultKinds = ["usage", "refused", "not-found", "unavailable", "integrity", "internal"] as const;

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number];

/** What a {@link Fault} carries besides its kind and code. */
export interface FaultOptions {
  /** Codes of the rule that said no, such as `INACTIVE`. */
  readonly reasons?: readonly string[];
  /** Words for a developer. They hold no secret, no path and nothing about a patient; people see the text of the code. */
  readonly message?: string;
  /** The error inside; it stays on this side of a worker. */
  readonly cause?: unknown;
}

/** A fault as it crosses between a page and a worker: structured clones lose the class of an error. */
export interface PlainFault {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
  readonly reasons: readonly string[];
}

/**
 * The one error of the web app. `code` is stable, in lower case with hyphens, and its text in the languages is the key
 * `error.<code>`.
 */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly reasons: readonly string[];

  constructor(kind: FaultKind, code: string, options: FaultOptions = {}) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.kind = kind;
    this.code = code;
    this.reasons = options.reasons ?? [];
  }

  /** The fault without its class and cause, for `postMessage`. */
  plain(): PlainFault {
    return { kind: this.kind, code: this.code, message: this.message, reasons: this.reasons };
  }

  /** The fault that {@link Fault.plain} made plain. */
  static from(plain: PlainFault): Fault {
    return new Fault(plain.kind, plain.code, { message: plain.message, reasons: plain.reasons });
  }
}

/** Any thrown value as a Fault: what is none already becomes `internal`, and keeps no words that might tell a secret. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return new Fault("internal", "internal", { cause: thrown });
}

import { Fault, type FaultKind } from "./fault";

/** What a problem's `type` begins with (docs/spec/gateway.md, section 3). */
const PROBLEM_TYPE = "urn:volens:problem:";
const CODE = /^[a-z][a-z0-9-]{0,63}$/;
/** A gateway is not believed when it asks to wait for longer, in seconds. */
const LONGEST_WAIT = 3600;

/**
 * A call that a gateway refused. Its `code` is the problem's (`right-ended`, `quota`, ...), or `http-<status>` when the
 * answer was no problem of a gateway: a proxy before it, or nothing of ours.
 */
export class ProblemFault extends Fault {
  /** HTTP status of the answer. */
  readonly status: number;
  /** When to try again, in milliseconds; 0 if the gateway did not say. */
  readonly retryAfter: number;
  /** Finds the call in the gateway's log; empty if there was none. */
  readonly requestId: string;

  constructor(status: number, code: string, retryAfter: number, requestId: string) {
    const kind = kindOfStatus(status);
    const reasons = kind === "refused" ? [code.toUpperCase().replaceAll("-", "_")] : [];
    super(kind, code, { reasons, message: requestId === "" ? code : `${code} (request ${requestId})` });
    this.status = status;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }
}

/** The kind of an HTTP answer with a status of 400 or more, as Go's `fault.OfStatus`. */
export function kindOfStatus(status: number): FaultKind {
  if ([401, 403, 409, 413].includes(status)) return "refused";
  if ([404, 410].includes(status)) return "not-found";
  if ([408, 423, 425, 429, 502, 503, 504, 507].includes(status)) return "unavailable";
  if ([422, 460].includes(status)) return "integrity";
  return status < 500 ? "usage" : "internal";
}

/** The code of an answer to HEAD, which has no body: the one that a gateway has for the status. */
const bodiless: Readonly<Record<number, string>> = {
  401: "unauthorized",
  403: "right-ended",
  404: "not-found",
  409: "conflict",
  416: "range",
  429: "rate-limit",
  503: "unavailable",
};

/** Reads an answer of 300 or more as an RFC 9457 problem. `get` returns a header; `body` is the text, which may be anything. */
export function problemOf(status: number, get: (header: string) => string | null, body: string): ProblemFault {
  const seconds = Number(get("Retry-After") ?? "");
  const wait = Number.isInteger(seconds) && seconds > 0 && seconds <= LONGEST_WAIT ? seconds * 1000 : 0;
  const id = get("X-Request-Id") ?? "";
  const code = body === "" ? bodiless[status] : codeOf(body);
  return new ProblemFault(status, code ?? `http-${status}`, wait, /^[0-9a-f]{1,64}$/.test(id) ? id : "");
}

function codeOf(body: string): string | undefined {
  let told: unknown;
  try {
    told = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof told !== "object" || told === null || !("type" in told) || typeof told.type !== "string") return undefined;
  if (!told.type.startsWith(PROBLEM_TYPE)) return undefined;
  const code = told.type.slice(PROBLEM_TYPE.length);
  return CODE.test(code) ? code : undefined;
}

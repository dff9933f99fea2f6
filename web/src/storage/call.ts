import { asFault, Fault } from "../core/fault";
import { JsonReader } from "../core/json";
import { type ProblemFault, problemOf } from "../core/problem";

/** How a gateway is reached. */
export interface Reach {
  /** Scheme, host and port; the page's own if not given, and in the page nothing else is allowed (its policy forbids it). */
  readonly origin?: string;
  /** What sends requests; the platform's `fetch` if not given. */
  readonly fetch?: typeof fetch;
  /** Between two tries of a transfer, in milliseconds. */
  readonly pause?: number;
}

/** A request to a gateway. */
export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is a Blob. */
  readonly body?: Blob | object;
  /** A bearer token. */
  readonly token?: string;
  /** How long the answer may take, in milliseconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls with small bodies. */
const TIMEOUT = 60_000;
/** A small answer is no longer than this. */
const MAX_ANSWER = 1 << 20;
const PAUSE = 500;

/** Sends requests to one gateway. Faults: `gateway-silent` (unavailable), `stopped` when the signal ended it, and the gateway's problems. */
export class Line {
  readonly origin: string;
  readonly pause: number;
  readonly #fetch: typeof fetch;

  constructor(reach: Reach) {
    this.origin = reach.origin ?? globalThis.location.origin;
    this.pause = reach.pause ?? PAUSE;
    this.#fetch = reach.fetch ?? ((input, init) => fetch(input, init));
  }

  /** Sends a request and resolves to an answer below 300. The token goes to this origin alone: redirects are errors. */
  async send(call: Call): Promise<Response> {
    const { body } = call;
    const headers = new Headers(call.headers);
    if (call.token !== undefined) headers.set("Authorization", `Bearer ${call.token}`);
    if (body !== undefined && !(body instanceof Blob)) headers.set("Content-Type", "application/json");
    const timeout = AbortSignal.timeout(call.timeout ?? TIMEOUT);
    let response: Response;
    try {
      response = await this.#fetch(`${this.origin}${call.path}`, {
        method: call.method,
        headers,
        ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
        credentials: "omit",
        redirect: "error",
        cache: "no-store",
        signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
      });
    } catch (cause) {
      throw silent(cause, call.signal);
    }
    if (response.ok) return response;
    throw await refusal(response);
  }

  /** Sends a request and reads a JSON object. */
  async json(call: Call): Promise<JsonReader> {
    const raw = await this.bytes(call, MAX_ANSWER);
    try {
      return new JsonReader(JSON.parse(new TextDecoder().decode(raw)), "gateway-answer");
    } catch (thrown) {
      throw thrown instanceof Fault ? thrown : new Fault("internal", "gateway-answer");
    }
  }

  /** Sends a request and reads the whole answer, of `limit` bytes at most. */
  async bytes(call: Call, limit: number): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.send(call);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        size += part.length;
        if (size > limit) break;
        parts.push(part);
      }
    } catch (cause) {
      throw silent(cause, call.signal);
    }
    if (size > limit) throw new Fault("internal", "gateway-answer");
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }
}

/** The Fault of an answer that did not come, or not to its end. */
export function silent(cause: unknown, signal?: AbortSignal): Fault {
  return new Fault("unavailable", signal?.aborted ? "stopped" : "gateway-silent", { cause });
}

async function refusal(response: Response): Promise<ProblemFault> {
  const text = await response.text().catch(() => "");
  return problemOf(response.status, (name) => response.headers.get(name), text.slice(0, MAX_ANSWER));
}

/** Whether a Fault may pass by itself. */
export function passes(thrown: unknown): boolean {
  const { kind, code } = asFault(thrown);
  return kind === "unavailable" && code !== "stopped";
}

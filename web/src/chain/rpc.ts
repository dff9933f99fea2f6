import { Fault } from "../core/fault";
import { JsonReader } from "../core/json";
import { problemOf } from "../core/problem";

/** The methods of CometBFT's RPC that the app asks; the gateway passes a few more. */
export type RpcMethod =
  | "abci_query"
  | "broadcast_tx_sync"
  | "commit"
  | "status"
  | "tx"
  | "tx_search"
  | "block_results"
  | "block_search"
  | "blockchain"
  | "validators";

/** Parameters of a call, spelled as CometBFT's JSON-RPC wants them. */
export type RpcParams = Readonly<Record<string, string | number | boolean>>;

/** How a {@link Rpc} is made. */
export interface RpcOptions {
  /** Where calls are posted to; `/chain` of the page's own origin if not given. */
  readonly url?: string;
  /** What sends requests; the platform's `fetch` if not given. */
  readonly fetch?: typeof fetch;
  /** How long an answer may take, in milliseconds. */
  readonly timeout?: number;
}

/** A node takes 10 calls in a batch by default (CometBFT, `max_request_batch_size`), the gateway 20. */
const MAX_BATCH = 10;
const TIMEOUT = 30_000;

interface Waiting {
  readonly method: RpcMethod;
  readonly params: RpcParams;
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/**
 * JSON-RPC 2.0 with a node, through the gateway. Calls that are made in one turn of the event loop travel in one batch.
 *
 * Faults: `node-silent` (unavailable) when no answer came, `node-answer` (internal) when it made no sense, the gateway's
 * own problems, and {@link RpcFault} for what the node said no to.
 */
export class Rpc {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  #waiting: Waiting[] = [];

  constructor(options: RpcOptions = {}) {
    this.#url = options.url ?? "/chain";
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#timeout = options.timeout ?? TIMEOUT;
  }

  /** Calls a method and resolves to its `result`, which the caller reads. */
  call(method: RpcMethod, params: RpcParams = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ method, params, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    });
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += MAX_BATCH) void this.#send(all.slice(from, from + MAX_BATCH));
  }

  async #send(calls: readonly Waiting[]): Promise<void> {
    const bodies = calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }));
    try {
      const answers = await this.#post(JSON.stringify(bodies.length === 1 ? bodies[0] : bodies));
      deliver(calls, Array.isArray(answers) ? answers : [answers]);
    } catch (thrown) {
      const fault = thrown instanceof Fault ? thrown : new Fault("unavailable", "node-silent", { cause: thrown });
      for (const call of calls) call.reject(fault);
    }
  }

  async #post(body: string): Promise<unknown> {
    const response = await this.#fetch(this.#url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(this.#timeout),
    });
    const text = await response.text();
    // A node answers a failed call with 500 and a JSON-RPC error: that is an answer.
    const answer = parse(text);
    if (response.ok || isAnswer(answer)) {
      if (answer === undefined) throw new Fault("internal", "node-answer");
      return answer;
    }
    throw problemOf(response.status, (header) => response.headers.get(header), text);
  }
}

/** A call that the node answered with an error. */
export class RpcFault extends Fault {
  /** CometBFT's words, for telling its errors apart. They are never shown. */
  readonly words: string;

  constructor(words: string) {
    super("unavailable", "node-refused", { message: "the node refused a call" });
    this.words = words;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "object" && first !== null && "jsonrpc" in first;
}

/** Gives each call its answer by the id, whatever the order. */
function deliver(calls: readonly Waiting[], answers: readonly unknown[]): void {
  const byId = new Map<number, JsonReader>();
  for (const answer of answers) {
    const reader = new JsonReader(answer, "node-answer");
    byId.set(reader.number("id", -1), reader);
  }
  calls.forEach((call, id) => {
    const answer = byId.get(id);
    if (answer?.has("error")) {
      const error = answer.object("error");
      call.reject(new RpcFault(`${error.text("message", "")}: ${error.text("data", "")}`));
    } else if (answer?.has("result")) {
      call.resolve(answer.value("result"));
    } else {
      call.reject(new Fault("internal", "node-answer"));
    }
  });
}

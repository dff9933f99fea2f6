/** A JSON-RPC call as a node receives it. */
export interface Received {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a node answers: a result, or the words of an error. */
export type Answer = { readonly result: unknown } | { readonly error: string };

/** A `fetch` for tests that answers JSON-RPC, single and in batches, and keeps what it was asked. */
export function nodeDouble(answer: (call: Received) => Answer) {
  const batches: Received[][] = [];
  const reply = (call: Received & { id: number }) => {
    const given = answer(call);
    if ("result" in given) return { jsonrpc: "2.0", id: call.id, result: given.result };
    return { jsonrpc: "2.0", id: call.id, error: { code: -32603, message: "Internal error", data: given.error } };
  };
  const double: typeof fetch = async (_url, init) => {
    const body = JSON.parse(String(init?.body));
    const calls: (Received & { id: number })[] = Array.isArray(body) ? body : [body];
    batches.push(calls);
    const replies = calls.map(reply);
    const failed = replies.length === 1 && "error" in (replies[0] ?? {});
    return new Response(JSON.stringify(Array.isArray(body) ? replies.reverse() : replies[0]), {
      status: failed ? 500 : 200,
    });
  };
  return { fetch: double, batches };
}

/** The answer to `status`. */
export function statusAnswer(chainId: string, height: number, time = "2026-01-02T03:04:05.123456789Z"): Answer {
  return {
    result: {
      node_info: { network: chainId },
      sync_info: { latest_block_height: `${height}`, latest_block_time: time, catching_up: false },
    },
  };
}

/** The answer to `abci_query` with a value. */
export function valueAnswer(value: Uint8Array, height = 7): Answer {
  const response = { code: 0, value: Buffer.from(value).toString("base64"), height: `${height}` };
  return { result: { response } };
}

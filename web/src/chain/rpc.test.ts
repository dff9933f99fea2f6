import { describe, expect, it } from "vitest";
import { Node } from "./node";
import { Rpc } from "./rpc";
import { nodeDouble, statusAnswer } from "./testing/server";

describe("Rpc", () => {
  it("sends the calls of one turn in batches of 10 at most, and gives each its answer", async () => {
    const { fetch, batches } = nodeDouble(({ params }) => ({ result: { got: params.n } }));
    const rpc = new Rpc({ fetch });
    const answers = await Promise.all(Array.from({ length: 45 }, (_, n) => rpc.call("tx", { n })));
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 10, 10, 5]);
    expect(answers).toEqual(Array.from({ length: 45 }, (_, n) => ({ got: n })));
    await rpc.call("status");
    expect(batches.at(-1)).toHaveLength(1);
  });

  it("fails the one call that the node refused", async () => {
    const { fetch } = nodeDouble(({ method }) => (method === "tx" ? { error: "tx not found" } : { result: {} }));
    const rpc = new Rpc({ fetch });
    const [refused, fine] = await Promise.allSettled([rpc.call("tx"), rpc.call("status")]);
    expect(refused).toMatchObject({ reason: { kind: "unavailable", code: "node-refused" } });
    expect(fine.status).toBe("fulfilled");
  });

  it.each([
    ["no network", () => Promise.reject(new TypeError("x")), "unavailable", "node-silent"],
    ["no JSON", async () => new Response("<html>"), "internal", "node-answer"],
    ["another id", async () => Response.json({ jsonrpc: "2.0", id: 7, result: {} }), "internal", "node-answer"],
    ["a proxy's page", async () => new Response("<html>", { status: 502 }), "unavailable", "http-502"],
    [
      "a gateway's problem",
      async () =>
        Response.json({ type: "urn:volens:problem:rate-limit" }, { status: 429, headers: { "Retry-After": "2" } }),
      "unavailable",
      "rate-limit",
    ],
  ])("tells %s", async (_, fetch, kind, code) => {
    await expect(new Rpc({ fetch }).call("status")).rejects.toMatchObject({ kind, code });
  });
});

describe("Node", () => {
  it("refuses a node of another chain", async () => {
    let chain = "volens-1";
    const { fetch } = nodeDouble(() => statusAnswer(chain, 5));
    const node = new Node({ fetch });
    expect(await node.status()).toMatchObject({ chainId: "volens-1", height: 5n, catchingUp: false });
    expect(await node.chainId()).toBe("volens-1");
    chain = "volens-2";
    await expect(node.status()).rejects.toMatchObject({ kind: "integrity", code: "other-chain" });
    await expect(new Node({ fetch, chainId: "volens-1" }).status()).rejects.toMatchObject({ code: "other-chain" });
  });

  it("says of a transaction that it is in no block", async () => {
    const { fetch } = nodeDouble(() => ({ error: "tx (AB) not found, err: %!w(<nil>)" }));
    expect(await new Node({ fetch }).tx(new Uint8Array(32))).toBeUndefined();
  });

  it("takes bytes that the mempool has for accepted", async () => {
    const { fetch } = nodeDouble(() => ({ error: "tx already exists in cache" }));
    expect(await new Node({ fetch }).broadcast(new Uint8Array(3))).toMatchObject({ code: 0 });
  });

  it.each([
    {},
    { node_info: {}, sync_info: {} },
    { node_info: { network: "a" }, sync_info: { latest_block_height: 5 } },
    null,
  ])("refuses a malformed status: %j", async (result) => {
    const { fetch } = nodeDouble(() => ({ result }));
    await expect(new Node({ fetch }).status()).rejects.toMatchObject({ kind: "internal", code: "node-answer" });
  });
});

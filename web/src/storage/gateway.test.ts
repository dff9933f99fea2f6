import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { addressOf } from "../core/address";
import { concat, equal, toHex } from "../core/bytes";
import { leafHash, leafSize, merkleRoot } from "../core/merkle";
import { Gateway, type GatewayAccount } from "./gateway";
import { Depot } from "./testing";

const origin = "https://gateway.example.org";
const publicKey = Uint8Array.of(2, ...new Uint8Array(32).fill(7));
const address = addressOf(publicKey);

function open(depot: Depot): { account: GatewayAccount; gateway: Gateway; texts: string[] } {
  const texts: string[] = [];
  const gateway = new Gateway({ origin, fetch: depot.fetch, pause: 0, chainId: async () => "volens-1" });
  const sign = async (text: string) => {
    texts.push(text);
    return new Uint8Array(64).fill(9);
  };
  return { account: gateway.as({ address, publicKey, sign }), gateway, texts };
}

function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concat(...parts);
}

describe("an account", () => {
  it("logs in once for several calls, and anew when its token is stale", async () => {
    const depot = new Depot(origin);
    const { account, gateway, texts } = open(depot);
    expect(await Promise.all([account.sponsorship(), account.sponsorship()])).toEqual(["volens1payer", "volens1payer"]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain("consents to nothing");
    depot.tokens.clear();
    await account.sponsorship();
    expect(texts).toHaveLength(2);
    expect(gateway.as({ address, publicKey, sign: async () => new Uint8Array() })).toBe(account);
    gateway.forget();
    await account.login();
    expect(texts).toHaveLength(3);
  });

  it.each([
    ["another origin", { origin: "https://evil.example.org" }],
    ["another chain", { chain_id: "volens-2" }],
    ["another account", { address: addressOf(Uint8Array.of(3, ...new Uint8Array(32))) }],
    ["a line more", { nonce: "0a\nconsent: yes" }],
  ])("signs no challenge of %s", async (_, change) => {
    const depot = new Depot(origin);
    depot.challenge = change;
    const { account, texts } = open(depot);
    await expect(account.login()).rejects.toMatchObject({ kind: "integrity", code: "bad-challenge" });
    expect(texts).toEqual([]);
  });

  it("is told why it was refused, and may log in again", async () => {
    const depot = new Depot(origin);
    const { account } = open(depot);
    depot.sabotage = (path) => (path === "/v1/login" ? depot.problem(401, "unauthorized") : undefined);
    await expect(account.login()).rejects.toMatchObject({ kind: "refused", reasons: ["UNAUTHORIZED"] });
    depot.sabotage = undefined;
    await account.login();
  });
});

describe("upload", () => {
  const bytes = pattern(5_000_000);
  const file = new Blob([bytes]);
  const digest = toHex(sha256(bytes));
  const holds = (depot: Depot) => equal(depot.objects.get(digest) ?? new Uint8Array(), bytes);

  it("sends parts of a Blob, larger ones while they are quick", async () => {
    const depot = new Depot(origin);
    const { account } = open(depot);
    const seen: number[] = [];
    await account.upload({ file, sha256: digest, progress: (done) => seen.push(done), now: () => 0 });
    expect(holds(depot)).toBe(true);
    expect(seen).toEqual([0, 1 << 20, 3 << 20, 5_000_000]);
    await account.upload({ file, sha256: digest, progress: (done) => seen.push(done) });
    expect(seen.slice(4)).toEqual([5_000_000]);
    expect(depot.patches).toBe(3);
  });

  it("sends smaller parts while they are slow", async () => {
    const depot = new Depot(origin);
    const { account } = open(depot);
    let clock = 0;
    const seen: number[] = [];
    const now = () => {
      clock += 10_000;
      return clock;
    };
    await account.upload({ file, sha256: digest, progress: (done) => seen.push(done), now });
    expect(seen.slice(0, 4)).toEqual([0, 1024, 1536, 1792].map((kib) => kib << 10));
    expect(depot.objects.has(digest)).toBe(true);
  });

  it("goes on where an earlier attempt stopped", async () => {
    const depot = new Depot(origin);
    const stop = new AbortController();
    const { account } = open(depot);
    const progress = (done: number) => done > 0 && stop.abort();
    const stopped = account.upload({ file, sha256: digest, progress, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ kind: "unavailable", code: "stopped" });
    const seen: number[] = [];
    await open(depot).account.upload({ file, sha256: digest, progress: (done) => seen.push(done) });
    expect(seen[0]).toBe(1 << 20);
    expect(holds(depot)).toBe(true);
  });

  it("survives a gateway that forgets, breaks off, stands elsewhere and is busy", async () => {
    const depot = new Depot(origin);
    let calls = 0;
    depot.sabotage = (path, method) => {
      if (method !== "PATCH") return undefined;
      calls++;
      if (calls === 1) return depot.problem(409, "conflict");
      if (calls === 2) return depot.problem(503, "unavailable");
      if (calls === 3) throw new TypeError("network");
      if (calls === 5) depot.uploads.delete(path.slice(-32));
      return undefined;
    };
    await open(depot).account.upload({ file, sha256: digest });
    expect(holds(depot)).toBe(true);
  });

  it.each([
    ["a full quota", () => ({ status: 413, code: "quota" }), "refused", "quota"],
    ["a silence", () => ({ status: 503, code: "unavailable" }), "unavailable", "unavailable"],
  ])("gives up at %s", async (_, answer, kind, code) => {
    const depot = new Depot(origin);
    depot.sabotage = (path) => (path === "/v1/uploads" ? depot.problem(answer().status, answer().code) : undefined);
    await expect(open(depot).account.upload({ file, sha256: digest })).rejects.toMatchObject({ kind, code });
  });

  it("of another digest keeps nothing", async () => {
    const depot = new Depot(origin);
    const sent = open(depot).account.upload({ file, sha256: "0".repeat(64) });
    await expect(sent).rejects.toMatchObject({ kind: "integrity", code: "digest-mismatch" });
    expect(depot.objects.size).toBe(0);
  });

  it.each(["", "x", "A".repeat(64)])("refuses %j for a digest", async (digest) => {
    await expect(open(new Depot(origin)).account.upload({ file, sha256: digest })).rejects.toMatchObject({
      kind: "usage",
    });
  });
});

describe("download", () => {
  const bytes = pattern(2 * leafSize + 5);
  const object = toHex(sha256(bytes));
  const limit = BigInt(bytes.length);
  const stocked = () => {
    const depot = new Depot(origin);
    depot.objects.set(object, bytes);
    return depot;
  };

  it("goes on by itself when connections break", async () => {
    const depot = stocked();
    depot.cut = 300_000;
    const seen: number[] = [];
    const stream = await open(depot).account.object({ object, limit, progress: (done) => seen.push(done) });
    expect(equal(await collect(stream), bytes)).toBe(true);
    expect(seen.at(-1)).toBe(bytes.length);
    expect(depot.ranges.length).toBeGreaterThan(5);
  });

  it("of changed bytes ends in a Fault", async () => {
    const depot = stocked();
    const changed = bytes.slice();
    changed[77] = (changed[77] ?? 0) ^ 1;
    depot.objects.set(object, changed);
    const stream = await open(depot).account.object({ object, limit });
    await expect(collect(stream)).rejects.toMatchObject({ kind: "integrity", code: "digest-mismatch" });
  });

  it("of more bytes than the limit does not begin", async () => {
    const asked = open(stocked()).account.object({ object, limit: limit - 1n });
    await expect(asked).rejects.toMatchObject({ kind: "integrity", code: "digest-mismatch" });
  });

  it("without a right says so before the stream begins", async () => {
    const depot = stocked();
    depot.sabotage = (path) => (path.startsWith("/v1/objects") ? depot.problem(403, "right-ended") : undefined);
    const asked = open(depot).account.object({ object, limit });
    await expect(asked).rejects.toMatchObject({ kind: "refused", code: "right-ended", reasons: ["RIGHT_ENDED"] });
  });

  it("gives up when nothing comes", async () => {
    const depot = stocked();
    depot.cut = 0;
    const stream = await open(depot).account.object({ object, limit });
    await expect(collect(stream)).rejects.toMatchObject({ kind: "unavailable", code: "gateway-silent" });
  });

  it("refuses a gateway that ignores ranges", async () => {
    const depot = stocked();
    depot.cut = 300_000;
    depot.ranged = false;
    const stream = await open(depot).account.object({ object, limit });
    await expect(collect(stream)).rejects.toMatchObject({ kind: "internal", code: "gateway-answer" });
  });

  it("of a range is checked against the leaves on chain", async () => {
    const depot = stocked();
    const { account } = open(depot);
    const leaves = [0, 1, 2].map((i) => leafHash(bytes.subarray(i * leafSize, (i + 1) * leafSize)));
    const root = merkleRoot(leaves);
    depot.leaves.set(object, concat(...leaves));
    const told = await account.leaves(object, root);
    expect(await account.size(object)).toBe(bytes.length);
    const from = leafSize - 3;
    expect(equal(await account.read(object, told, from, bytes.length), bytes.subarray(from))).toBe(true);
    expect(await account.read(object, told, 5, 9)).toEqual(bytes.subarray(5, 9));
    for (const [a, b] of [
      [-1, 5],
      [5, 5],
      [0, 4 * leafSize],
      [0, 3 * leafSize],
    ] as const) {
      await expect(account.read(object, told, a, b)).rejects.toMatchObject({ kind: "usage", code: "bad-range" });
    }
    const changed = bytes.slice();
    changed[5] = (changed[5] ?? 0) ^ 1;
    depot.objects.set(object, changed);
    await expect(account.read(object, told, 5, 9)).rejects.toMatchObject({ code: "digest-mismatch" });
    await expect(account.leaves(object, new Uint8Array(32))).rejects.toMatchObject({ code: "digest-mismatch" });
    depot.leaves.set(object, new Uint8Array(33));
    await expect(account.leaves(object, root)).rejects.toMatchObject({ code: "digest-mismatch" });
  });
});

describe("parts of keys", () => {
  const id = "0a".repeat(16);

  it("are handed over and fetched", async () => {
    const depot = new Depot(origin);
    const { account } = open(depot);
    await account.putHalf(id, Uint8Array.of(1, 2, 3));
    expect(depot.halves.get(id)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await account.getHalf(id, 0n)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("are of ids and nothing else", async () => {
    const { account } = open(new Depot(origin));
    await expect(account.putHalf("../x", Uint8Array.of())).rejects.toMatchObject({ code: "bad-id" });
    await expect(account.size("0a")).rejects.toMatchObject({ code: "bad-id" });
  });
});

describe("a gateway", () => {
  it("says who it is", async () => {
    const { gateway } = open(new Depot(origin));
    expect(await gateway.info()).toMatchObject({ address: "volens1gateway", recipient: "age1pq1x", maxObjectBytes: 7 });
    expect(await gateway.health()).toEqual({ height: 700, logSize: 3, receiptsRefused: 0 });
  });

  it.each([
    ["no JSON", () => new Response("<html>"), "internal", "gateway-answer"],
    ["a list", () => Response.json([]), "internal", "gateway-answer"],
    ["too much", () => new Response(new Uint8Array(2 << 20)), "internal", "gateway-answer"],
    [
      "a stale node",
      () => Response.json({ type: "urn:volens:problem:stale-node" }, { status: 503 }),
      "unavailable",
      "stale-node",
    ],
    ["a proxy's page", () => new Response("<html>", { status: 502 }), "unavailable", "http-502"],
    [
      "a code that is none",
      () => Response.json({ type: "urn:volens:problem:<b>" }, { status: 400 }),
      "usage",
      "http-400",
    ],
  ])("answers %s", async (_, answer, kind, code) => {
    const depot = new Depot(origin);
    depot.sabotage = answer;
    await expect(open(depot).gateway.info()).rejects.toMatchObject({ kind, code });
  });
});

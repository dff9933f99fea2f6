import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/proof.json";
import { encodeAddress } from "../core/address";
import { fromHex, toHex, utf8 } from "../core/bytes";
import { readLightBlock } from "../core/light";
import * as keys from "../core/statekeys";
import { headerDocument, proofDocument } from "./document";
import { fetchBlock, firstAnchor, Light } from "./light";
import { Node } from "./node";
import { checkProof, prove, proveAll } from "./proof";
import { type Answer, nodeDouble, type Received, statusAnswer } from "./testing/server";

type Blocks = Record<string, { hash: string; commit: unknown; validators: unknown }>;

const start = Date.parse("2026-01-01T00:00:00Z");
/** The device's clock stands a second after the newest block. */
const now = () => start + 10_000;
const anchor = { height: 1n, hash: vectors.blocks["1"].hash.toLowerCase() };

/** A node that tells the chain of the vectors, or what a test makes of it. */
function teller(blocks: Blocks = vectors.blocks, change: (call: Received, answer: Answer) => Answer = (_, a) => a) {
  const asked: string[] = [];
  const { fetch } = nodeDouble((call) => {
    asked.push(`${call.method} ${call.params.height ?? ""}`.trim());
    return change(call, told(blocks, call));
  });
  return { node: new Node({ fetch }), asked };
}

function told(blocks: Blocks, { method, params }: Received): Answer {
  if (method === "status") return statusAnswer("test-1", 9, "2026-01-01T00:00:09Z");
  if (method === "abci_query") {
    const store = String(params.path).split("/")[2];
    const found = vectors.proofs.find((proof) => proof.store === store && proof.key === params.data);
    return found ? { result: found.answer } : { error: "no such proof here" };
  }
  const block = blocks[String(params.height)];
  if (block === undefined) return { error: `height ${params.height} must be less than or equal to the current 9` };
  return { result: method === "commit" ? block.commit : block.validators };
}

/** A copy of the chain in which something was changed by words. */
function changed(height: string, from: string | RegExp, to: string): Blocks {
  const { document: _, ...answers } = vectors.blocks[height as "1"];
  const before = JSON.stringify(answers);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { ...vectors.blocks, [height]: JSON.parse(after) };
}

const light = (node: Node, options = {}) => new Light({ node, anchor, now, ...options });

describe("a header", () => {
  it.each(Object.entries(vectors.blocks))("%s has the hash that Go computes", async (height, block) => {
    const read = await fetchBlock(teller().node, BigInt(height));
    expect(toHex(read.hash)).toBe(block.hash.toLowerCase());
    expect(read.validators).toHaveLength(4);
  });

  const hex = /[0-9A-F]{64}/.exec(vectors.blocks["3"].commit.signed_header.header.app_hash)?.[0] ?? "";
  it.each([
    ["app hash", hex, hex.replace(/^../, "00")],
    ["chain", '"test-1"', '"test-2"'],
    ["height", /"height":"3"/g, '"height":"4"'],
    ["height of the commit", /"commit":\{"height":"3"/, '"commit":{"height":"4"'],
    ["time", "00:00:03Z", "00:00:04Z"],
    ["time of a vote", /"timestamp":"2026-01-01T00:00:03Z"/, '"timestamp":"2026-01-01T00:00:04Z"'],
    ["signature", /"signature":"..../, '"signature":"AAAA'],
    ["round", '"round":0', '"round":1'],
    ["power", '"voting_power":"1"', '"voting_power":"9"'],
    ["power below zero", '"voting_power":"1"', '"voting_power":"-1"'],
    ["key", /"value":"..../, '"value":"AAAA'],
    ["kind of key", "PubKeyEd25519", "PubKeySecp256k1"],
    ["block protocol", '"block":"11"', '"block":"12"'],
    ["one vote that is left out", /,\{"block_id_flag":2[^}]*\}\]/, "]"],
    ["two votes that were not cast", /"block_id_flag":2(.*)"block_id_flag":2/, '"block_id_flag":1$1"block_id_flag":1'],
    ["no votes", /"signatures":\[.*?\]/, '"signatures":[]'],
    ["no validators", /"validators":\[.*\]/, '"validators":[]'],
    ["no header", '"header":{', '"heading":{'],
  ])("with another %s is refused", async (_, from, to) => {
    const { node } = teller(changed("3", from, to));
    await expect(fetchBlock(node, 3n)).rejects.toMatchObject({ kind: "integrity" });
  });

  it("is believed if three of four signed it", async () => {
    const { node } = teller(changed("3", '"block_id_flag":2', '"block_id_flag":1'));
    expect((await fetchBlock(node, 3n)).header.height).toBe(3n);
  });

  it.each([null, {}, [], "x", { signed_header: {} }, { signed_header: { header: null, commit: {} } }])(
    "is not %j",
    (commit) => {
      expect(() => readLightBlock(commit, [])).toThrow(expect.objectContaining({ kind: "integrity" }));
    },
  );
});

describe("a light client", () => {
  it("goes through the headers between when too few of the known validators signed", async () => {
    const { node, asked } = teller();
    const client = light(node);
    expect((await client.latest()).header.height).toBe(9n);
    const commits = asked.filter((call) => call.startsWith("commit"));
    expect(commits.slice(0, 4)).toEqual(["commit 1", "commit 9", "commit 5", "commit 3"]);
    expect(await client.trusted()).toEqual({ height: 9n, hash: vectors.blocks["9"].hash.toLowerCase() });
    const before = asked.length;
    expect((await client.header(9n)).header.height).toBe(9n);
    expect(asked).toHaveLength(before);
  });

  it("goes back by the hashes of blocks", async () => {
    const { node } = teller();
    const client = light(node, { anchor: { height: 7n, hash: vectors.blocks["7"].hash.toLowerCase() } });
    expect((await client.header(4n)).header.height).toBe(4n);
    const { node: forger } = teller({ ...vectors.blocks, "6": vectors.blocks["5"] });
    const lied = light(forger, { anchor: { height: 7n, hash: vectors.blocks["7"].hash.toLowerCase() } });
    await expect(lied.header(4n)).rejects.toMatchObject({ kind: "integrity" });
  });

  it.each([
    ["another header than the trusted one", { anchor: { height: 1n, hash: "00".repeat(32) } }, "bad-header"],
    ["a header that is too old", { period: 5_000 }, "header-expired"],
    ["headers of the future", { now: () => start + 3_000, drift: 1_000 }, "header-of-future"],
  ])("refuses %s", async (_, options, code) => {
    await expect(light(teller().node, options).latest()).rejects.toMatchObject({ kind: "integrity", code });
  });

  it("refuses a chain that other validators signed", async () => {
    // Block 9 in the place of block 2: signed, but by validators that block 1 has not announced.
    const renumbered = { ...vectors.blocks, "2": vectors.blocks["9"] };
    await expect(light(teller(renumbered).node).header(2n)).rejects.toMatchObject({ kind: "integrity" });
  });

  it("says that a height does not exist yet, or no more", async () => {
    const client = light(teller().node);
    await expect(client.header(10n)).rejects.toMatchObject({ kind: "unavailable", code: "height-unknown" });
    const { node } = teller(vectors.blocks, (call, answer) =>
      call.params.height === "5" ? { error: "height 5 is not available, lowest height is 6" } : answer,
    );
    await expect(light(node).header(5n)).rejects.toMatchObject({ kind: "not-found", code: "height-forgotten" });
  });

  it("begins with the node's word when nobody told a header", async () => {
    expect(await firstAnchor(teller().node)).toEqual({ height: 9n, hash: vectors.blocks["9"].hash.toLowerCase() });
  });
});

describe("a proof", () => {
  it.each(vectors.proofs.map((proof) => [proof.name, proof] as const))(
    "of %s holds",
    async (_, { store, key, value }) => {
      const proven = await prove(light(teller().node), store, fromHex(key));
      expect(proven.value === undefined ? "" : toHex(proven.value)).toBe(value);
      expect(proven.height).toBe(8n);
      expect(proven.header.header.height).toBe(9n);
    },
  );

  const value = vectors.proofs.find(({ name }) => name === "a value");
  const absence = vectors.proofs.find(({ name }) => name === "none, between");

  it("of another value, of an absence that is none, and of a value that is none does not", async () => {
    const client = light(teller().node);
    const [a, b] = await proveAll(client, [
      { store: "consent", key: fromHex(value?.key ?? "") },
      { store: "consent", key: fromHex(absence?.key ?? "") },
    ]);
    if (a === undefined || b === undefined) throw new Error("no proofs");
    const fault = expect.objectContaining({ kind: "integrity", code: "bad-proof" });
    for (const forged of [
      { ...a, value: utf8("forged") },
      { ...a, value: undefined },
      { ...a, value: new Uint8Array() },
      { ...a, key: b.key },
      { ...a, key: new Uint8Array() },
      { ...a, store: "custody" },
      { ...a, chainId: "test-2" },
      { ...a, height: a.height - 1n },
      { ...a, steps: b.steps },
      { ...a, steps: [a.steps[0], new Uint8Array()] as const },
      { ...b, value: utf8("forged") },
      { ...b, key: a.key },
      { ...b, key: utf8("09") },
      { ...b, steps: a.steps },
    ]) {
      expect(() => checkProof(forged, a.header)).toThrow(fault);
    }
    expect(() => checkProof(a, { ...a.header, header: { ...a.header.header, appHash: new Uint8Array(32) } })).toThrow(
      fault,
    );
  });

  it("and its header are written as Go writes them, for whoever checks them offline", async () => {
    const client = light(teller().node);
    for (const { store, key, document } of vectors.proofs) {
      expect(proofDocument(await prove(client, store, fromHex(key)))).toEqual(document);
    }
    expect(headerDocument(await client.latest())).toEqual(vectors.blocks["9"].document);
  });

  it("in which any byte was changed does not hold", { timeout: 120_000 }, async () => {
    const client = light(teller().node);
    for (const [i, { store, key }] of vectors.proofs.entries()) {
      const proof = await prove(client, store, fromHex(key));
      for (const step of [0, 1] as const) {
        for (let at = i % 7; at < proof.steps[step].length; at += 7) {
          const steps = proof.steps.map((raw) => raw.slice()) as [Uint8Array, Uint8Array];
          steps[step][at] = (steps[step][at] ?? 0) ^ 1;
          const forged = { ...proof, steps };
          expect(() => checkProof(forged, proof.header)).toThrow(expect.objectContaining({ kind: "integrity" }));
        }
      }
    }
  });

  it.each([
    ["no proof", (answer: string) => answer.replace('"proofOps"', '"proof"')],
    ["one step", (answer: string) => answer.replace(/,\{"type":"ics23:simple".*?\}/, "")],
    ["another kind of step", (answer: string) => answer.replace("ics23:iavl", "ics23:smt")],
    ["another height", (answer: string) => answer.replace('"height":"8"', '"height":"7"')],
    ["another value", (answer: string) => answer.replace(/"value":"..../, '"value":"AAAA')],
  ])("with %s is refused", async (_, spoil) => {
    const { node } = teller(vectors.blocks, (call, answer) => {
      if (call.method !== "abci_query") return answer;
      const before = JSON.stringify(answer);
      const after = spoil(before);
      expect(after).not.toBe(before);
      return JSON.parse(after);
    });
    const asked = prove(light(node), "consent", fromHex(value?.key ?? ""));
    await expect(asked).rejects.toMatchObject({ kind: "integrity", code: "bad-proof" });
  });
});

it("the newest state must be of now, and an older one can be asked for", async () => {
  const value = vectors.proofs.find(({ name }) => name === "a value");
  const key = fromHex(value?.key ?? "");
  const late = light(teller().node, { now: () => start + 11 * 60_000 });
  await expect(prove(late, "consent", key)).rejects.toMatchObject({ kind: "unavailable", code: "header-old" });
  expect((await prove(late, "consent", key, { height: 8n })).height).toBe(8n);
  const soon = light(teller().node, { now: () => start + 9 * 60_000 });
  expect((await prove(soon, "consent", key)).height).toBe(8n);
});

it("keys of the state are Go's", () => {
  const id = "0a".repeat(16);
  const address = encodeAddress(new Uint8Array(20).fill(0x0b));
  const all = {
    dataset: keys.datasetKey(id),
    "receipt 3": keys.receiptKey(id, 3n, address),
    "consent 3": keys.consentKey(id, 3n),
    "latest consent": keys.latestConsentKey(id),
    "deidentification 3": keys.deidentificationKey(id, 3n),
    organisation: keys.organisationKey(address),
    "key 3": keys.committeeKey(3n),
    "emission count RELEASE": keys.emissionCountKey(id, 1),
    "emission count INSPECTION": keys.emissionCountKey(id, 2),
    "emission 7": keys.emissionKey(id, id, 7n),
    "release 7": keys.releaseKey(id, 7n),
    request: keys.requestKey(id),
    "seat 7": keys.seatKey(id, 7n),
  };
  const ours = Object.fromEntries(Object.entries(all).map(([name, { key }]) => [name, toHex(key)]));
  expect(ours).toEqual(vectors.keys);
  expect(() => keys.datasetKey("0a")).toThrow(expect.objectContaining({ code: "bad-hex" }));
});

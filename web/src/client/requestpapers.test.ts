import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Node } from "../chain/node";
import { type Answer, nodeDouble, statusAnswer, valueAnswer } from "../chain/testing/server";
import { encodeAddress, parseAddress } from "../core/address";
import { fromHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { requestId } from "../core/ids";
import { type Papers, paperDigests } from "../core/papers";
import { codeOfAsync } from "../core/testing";
import { KeyStatus } from "../gen/volens/custody/v1/custody_pb";
import { QueryKeyResponseSchema } from "../gen/volens/custody/v1/query_pb";
import { DigestsSchema, type Request, RequestSchema, SpecSchema, State } from "../gen/volens/market/v1/market_pb";
import { QueryRequestResponseSchema } from "../gen/volens/market/v1/query_pb";
import type { Desk } from "./desk";
import { cancelRequest, changeDraft, dropDraft, goOn, keepDraft, readDraft, submitRequest } from "./request";
import { emptyDraft, papersOf } from "./requestdraft";
import { keepPapers, showPapers } from "./requestpapers";

const id = "0a".repeat(16);
const random = "0b".repeat(16);
const salt = new Uint8Array(32).fill(7);
const draft = { ...emptyDraft(), title: "Then", laySummary: "Summary", contact: "Us", protocolSha256: "ab".repeat(32) };
const then = papersOf(draft, salt);
const later = papersOf({ ...draft, title: "Later" }, salt);

/** A request whose money was locked for these words. */
function lockedFor(papers: Papers, state = State.OPEN): Request {
  const { title, laySummary, protocol, contact, criteria } = paperDigests(papers);
  const digests = create(DigestsSchema, { title, laySummary, protocol, contact });
  return create(RequestSchema, {
    id,
    state,
    spec: create(SpecSchema, { digests, criteriaSha256: criteria }),
  });
}

/** The node's answer about one that is in a state. */
function isIn(state: State): Answer {
  const request = lockedFor(then, state);
  return valueAnswer(toBinary(QueryRequestResponseSchema, create(QueryRequestResponseSchema, { request })));
}

const locked = isIn(State.OPEN);
const absent: Answer = { result: { response: { code: 22, codespace: "sdk" } } };

/** A researcher's desk, with a gateway that shows papers, or a fault, and a node that answers to queries. */
function desk(
  shows: Papers | Fault = new Fault("not-found", "not-found"),
  answer: Answer | ((query: string) => Answer) = locked,
) {
  const notes = new Map<string, Uint8Array<ArrayBuffer>>();
  const put: Papers[] = [];
  const answerTo = (query: string) => (typeof answer === "function" ? answer(query) : answer);
  const parts = {
    node: new Node({
      fetch: nodeDouble(({ method, params }) =>
        method === "status" ? statusAnswer("volens-1", 7) : answerTo(String(params.path)),
      ).fetch,
    }),
    vault: {
      /** As the vault, which encrypts first. */
      keep: async (name: string, value: Uint8Array) => {
        await new Promise((done) => setTimeout(done));
        notes.set(name, Uint8Array.from(value));
      },
      kept: async (name: string) => notes.get(name),
      keptNames: async (prefix: string) => [...notes.keys()].filter((name) => name.startsWith(prefix)),
      drop: async (name: string) => void notes.delete(name),
      paperSalt: async () => salt,
    },
    gateway: {
      putPapers: async (_: string, papers: Papers) => void put.push(papers),
      papers: async () => {
        if (shows instanceof Fault) throw shows;
        return shows;
      },
    },
  };
  return { notes, put, desk: parts as unknown as Desk };
}

describe("the words of a request whose money is locked", () => {
  it("are those of then, whatever the draft says now, and no copy of them stays", async () => {
    const { desk: at, put, notes } = desk();
    await keepPapers(at, id, later);
    await keepPapers(at, id, then);
    await showPapers(at, lockedFor(then), later);
    expect(put).toEqual([then]);
    expect(notes.size).toBe(0);
  });

  it("are the draft's when it has not changed, and may stand at the gateway already", async () => {
    const here = desk();
    await showPapers(here.desk, lockedFor(then), then);
    expect(here.put).toEqual([then]);
    const there = desk(then);
    await showPapers(there.desk, lockedFor(then), papersOf(emptyDraft(), salt));
    expect(there.put).toEqual([]);
  });

  it.each([
    ["nobody has them", new Fault("not-found", "not-found"), "papers-lost"],
    ["the gateway shows others", later, "papers-lost"],
    ["the gateway is silent", new Fault("unavailable", "gateway-silent"), "gateway-silent"],
  ])("are not said to be there when %s", async (_, shows, code) => {
    const { desk: at, put } = desk(shows);
    await keepPapers(at, id, later);
    expect(await codeOfAsync(() => showPapers(at, lockedFor(then), later))).toBe(code);
    expect(put).toEqual([]);
  });
});

describe("a submission that stopped after the money", () => {
  it("goes on with the words of then though the draft was changed", async () => {
    const { desk: at, put } = desk();
    await keepDraft(at, { random, draft, requestId: id });
    await keepPapers(at, id, then);
    await changeDraft(at, random, { ...draft, title: "Later" });
    expect(await readDraft(at, random)).toMatchObject({ requestId: id, draft: { title: "Later" } });
    await goOn(at, id, () => undefined);
    expect(put).toEqual([then]);
  });

  it("goes on with the words of then though the draft was dropped", async () => {
    const { desk: at, put, notes } = desk();
    await keepDraft(at, { random, draft, requestId: id });
    await keepPapers(at, id, then);
    await dropDraft(at, random);
    expect(await readDraft(at, random)).toBeUndefined();
    await goOn(at, id, () => undefined);
    expect(put).toEqual([then]);
    expect(notes.size).toBe(0);
  });

  it("never goes on without words unless the researcher wants that", async () => {
    const { desk: at, put } = desk();
    expect(await codeOfAsync(() => goOn(at, id, () => undefined))).toBe("papers-lost");
    await goOn(at, id, () => undefined, { withoutWords: true });
    expect(put).toEqual([]);
  });
});

describe("a request that is cancelled", () => {
  it("leaves no words on the device", async () => {
    const { desk: at, notes } = desk();
    await keepPapers(at, id, then);
    await keepPapers(at, id, later);
    const sent = { hash: "ab", height: 7n };
    expect(await cancelRequest({ ...at, send: async () => sent }, id)).toBe(sent);
    expect(notes.size).toBe(0);
  });

  it("is not sent, nor shown, once more by its draft", async () => {
    const researcher = encodeAddress(new Uint8Array(20).fill(1));
    const derived = requestId("volens-1", parseAddress(researcher), fromHex(random));
    const request = create(RequestSchema, { ...lockedFor(then, State.CANCELLED), id: derived });
    const known = { key: { keyId: 1n, status: KeyStatus.ACTIVE }, originChainId: "volens-1" };
    const answers: Record<string, Uint8Array> = {
      Key: toBinary(QueryKeyResponseSchema, create(QueryKeyResponseSchema, known)),
      Request: toBinary(QueryRequestResponseSchema, create(QueryRequestResponseSchema, { request })),
    };
    const { desk: at, put } = desk(undefined, (query) => {
      const value = answers[query.split("/").at(-1) ?? ""];
      return value ? valueAnswer(value) : absent;
    });
    const changed = { random, draft: { ...draft, title: "Later" }, requestId: derived };
    expect(await submitRequest({ ...at, address: researcher }, changed, () => undefined)).toBe(derived);
    expect(put).toEqual([]);
  });

  it("keeps its words when the chain does not take that", async () => {
    const { desk: at, notes } = desk();
    await keepPapers(at, id, then);
    const send = () => Promise.reject(new Fault("unavailable", "node-silent"));
    expect(await codeOfAsync(() => cancelRequest({ ...at, send }, id))).toBe("node-silent");
    expect(notes.size).toBe(1);
  });
});

describe("a draft", () => {
  it.each([
    ["takes its words with it when the chain has no such request", absent, 0],
    ["takes its words with it when the request is cancelled", isIn(State.CANCELLED), 0],
    ["takes its words with it when the request found too few", isIn(State.FAILED_SHORT), 0],
    ["takes its words with it when the request is over", isIn(State.CLOSED), 0],
    ["leaves its words while seats are lacking", isIn(State.SUBMITTED), 1],
    ["leaves its words while patients decide", isIn(State.OPEN), 1],
    ["leaves its words when nobody can tell", { error: "post failed" }, 1],
  ])("that is dropped %s", async (_, answer, left) => {
    const { desk: at, notes } = desk(undefined, answer);
    await keepDraft(at, { random, draft, requestId: id });
    await keepPapers(at, id, then);
    await dropDraft(at, random);
    expect(notes.size).toBe(left);
    expect(await readDraft(at, random)).toBeUndefined();
  });

  it("whose submission begins while it is saved keeps the request's id", async () => {
    const { desk: at } = desk();
    await keepDraft(at, { random, draft, requestId: "" });
    const begun = { random, draft, requestId: id };
    await Promise.all([changeDraft(at, random, { ...draft, title: "Later" }), keepDraft(at, begun)]);
    expect(await readDraft(at, random)).toEqual(begun);
  });

  it("that is dropped while it is saved does not come back", async () => {
    const { desk: at, notes } = desk();
    await keepDraft(at, { random, draft, requestId: "" });
    await Promise.all([changeDraft(at, random, { ...draft, title: "Later" }), dropDraft(at, random)]);
    expect(notes.size).toBe(0);
  });
});

import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { sha256 } from "@noble/hashes/sha2.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Node } from "../chain/node";
import type { Proven } from "../chain/proof";
import { type Answer, nodeDouble, valueAnswer } from "../chain/testing/server";
import { encodeAddress } from "../core/address";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { committeeKey, datasetKey } from "../core/statekeys";
import { EmissionSchema, KeySchema, KeyStatus, SeatSchema, SeatState } from "../gen/volens/custody/v1/custody_pb";
import {
  QueryAuditResponseSchema,
  QueryKeyResponseSchema,
  QuerySeatResponseSchema,
} from "../gen/volens/custody/v1/query_pb";
import { type Dataset, DatasetSchema, Kind, PayloadSchema, Status } from "../gen/volens/dataset/v1/dataset_pb";
import { QueryDatasetResponseSchema } from "../gen/volens/dataset/v1/query_pb";
import { deliver } from "./ingest";
import type { Person } from "./person";
import { isBehind, papersHere, sealAnew, sealFilesAnew } from "./replace";
import type { Papers, Sealed } from "./sealer";

const id = "0a".repeat(16);
const address = (byte: number) => encodeAddress(new Uint8Array(20).fill(byte));
const [owner, gateway, elsewhere] = [address(1), address(2), address(3)];
const bytes = (byte: number) => new Uint8Array(32).fill(byte);

function payload(mark: number, keyId = 1n, gateways = [gateway]) {
  return create(PayloadSchema, {
    ...{ keyId, kind: Kind.VCF, sizeBucket: 4096n, threshold: 1 },
    ...{ sha256: bytes(mark), treeRoot: bytes(mark + 1), u: bytes(mark + 2), bodySha256: bytes(mark + 3) },
    ...{ facetsRoot: bytes(mark + 4), gateways: gateways.map((one) => ({ gateway: one, commitment: bytes(9) })) },
  });
}

const registered = create(DatasetSchema, { id, owner, version: 1n, status: Status.ACTIVE, payload: payload(10) });
const papers: Papers = { report: Uint8Array.of(1), facets: Uint8Array.of(2) };
const sealed = (version: bigint, keyId = 2n): Sealed => ({
  ...{ datasetId: id, version, owner, random: new Uint8Array(version === 1n ? 16 : 0), payload: payload(50, keyId) },
  ...{ proof: new Uint8Array(128), parts: [Uint8Array.of(7)], file: new Blob(["x"]), durable: true },
  ...{ plaintextSha256: "", reportSha256: toHex(sha256(papers.report)), warnings: [] },
});

const active = { keyId: 2n, status: KeyStatus.ACTIVE };

interface World {
  /** What the node tells, one after the other, the last one from then on; undefined is a dataset that is not there. */
  readonly told?: readonly (Dataset | undefined)[];
  /** What the state is proven to hold, one after the other; what the node tells in the end, if it is not given. */
  readonly proven?: readonly (Dataset | undefined)[] | Fault;
  readonly newest?: { readonly keyId: bigint; readonly status: KeyStatus };
  /** What the state is proven to hold of the key that a file was sealed to; nothing, if it is not given. */
  readonly key?: { readonly keyId: bigint; readonly status: KeyStatus };
  readonly seat?: SeatState;
  readonly papers?: Papers | undefined;
  readonly waiting?: Sealed;
  readonly refusal?: Fault;
}

/** A node that tells of such a world. */
function nodeOf({ told = [registered], newest = active, seat: state }: World): Node {
  let look = 0;
  const answer = (query: string | undefined): Answer => {
    switch (query) {
      case "Dataset": {
        const dataset = told[Math.min(look++, told.length - 1)];
        if (!dataset) return { result: { response: { code: 22, codespace: "sdk" } } };
        const receipts = [{ datasetId: id, version: dataset.version, gateway }];
        return answerOf(QueryDatasetResponseSchema, { dataset, receipts });
      }
      case "Key":
        return answerOf(QueryKeyResponseSchema, { key: create(KeySchema, newest) });
      case "Audit": {
        const emission = create(EmissionSchema, { datasetId: id, requestId: id, seat: 3n });
        return answerOf(QueryAuditResponseSchema, { emissions: state === undefined ? [] : [emission] });
      }
      case "Seat":
        return answerOf(QuerySeatResponseSchema, {
          seat: create(SeatSchema, { requestId: id, index: 3n, state: state ?? 0 }),
        });
      default:
        throw new Error(query);
    }
  };
  return new Node({ fetch: nodeDouble(({ params }) => answer(String(params.path).split("/").at(-1))).fetch });
}

function answerOf<D extends DescMessage>(schema: D, value: MessageInitShape<D>): Answer {
  return valueAnswer(toBinary(schema, create(schema, value)));
}

/** A person in such a world, and everything that she had done. */
function world(o: World = {}) {
  const { told = [registered], newest = active } = o;
  const { proven = told.slice(-1) } = o;
  const done: unknown[][] = [];
  let look = 0;
  const note =
    <T>(name: string, result: T) =>
    async (...what: unknown[]) => {
      done.push([name, ...what]);
      return result;
    };
  const made = {
    node: nodeOf(o),
    prove: async (keys: readonly { key: Uint8Array }[]) => {
      expect([datasetKey(id), committeeKey(2n)].slice(0, keys.length)).toEqual(keys);
      if (proven instanceof Fault) throw proven;
      const held = proven[Math.min(look++, proven.length - 1)];
      const dataset = held && toBinary(DatasetSchema, held);
      const key = o.key && toBinary(KeySchema, create(KeySchema, o.key));
      return keys.map((one, place) => ({ ...one, value: [dataset, key][place] }) as Partial<Proven> as Proven);
    },
    vault: { accounts: async () => [{ address: owner }], markUsed: async () => undefined },
    sealTo: async () => ({
      key: { originChain: "volens-1", keyId: newest.keyId, y: bytes(1) },
      gateway: { address: gateway, recipient: "age1pq1x" },
    }),
    sealer: {
      papers: async (_: string, version: bigint) => (version === 1n && "papers" in o ? o.papers : papers),
      sealed: async (_: string, version: bigint) => (o.waiting?.version === version ? o.waiting : undefined),
      reseal: note("reseal", sealed(2n)),
      seal: note("seal", sealed(2n)),
      discard: note("discard", undefined),
    },
    depot: {
      object: note("object", "the copy as it comes"),
      upload: note("upload", undefined),
      putHalf: note("putHalf", undefined),
    },
    send: async (from: string, [message]: readonly { $typeName: string }[]) => {
      done.push(["send", from, message]);
      if (o.refusal) throw o.refusal;
      return { hash: "ab", height: 7n };
    },
  };
  return { person: made as unknown as Person, done, names: () => done.map(([name]) => name) };
}

afterEach(() => {
  vi.useRealTimers();
});

const quiet = () => undefined;
const going = new AbortController().signal;

describe("sealing a dataset anew", () => {
  it("opens the own copy that stands on chain into a seal to the newest key, and sends nothing", async () => {
    const { person, done, names } = world();
    const { payload: was } = registered;
    expect((await sealAnew(person, registered, undefined, quiet)).version).toBe(2n);
    expect(names()).toEqual(["object", "reseal"]);
    expect(done[0]?.slice(1, 4)).toEqual([owner, toHex(bytes(10)), 4096n]);
    const [, copy, old, to, given] = done[1] ?? [];
    expect(copy).toBe("the copy as it comes");
    expect(old).toMatchObject({ keyId: 1n, datasetId: id, version: 1n, kind: "VCF", facetsRoot: was?.facetsRoot });
    expect(to).toMatchObject({ owner, datasetId: id, version: 2n, threshold: 1, random: new Uint8Array(0) });
    expect(to).toMatchObject({ key: { keyId: 2n }, gateways: [{ address: gateway }] });
    expect(given).toEqual(papers);
  });

  it("takes the report from the person where this device does not have it", async () => {
    const { person, done } = world({ papers: undefined });
    expect(await papersHere(person, registered)).toBe(false);
    await sealAnew(person, registered, new Blob(["{}"]), quiet);
    expect(done[1]?.[4]).toEqual({ report: new TextEncoder().encode("{}") });
  });

  it("does not begin without a report, and begins from files instead", async () => {
    const { person, names } = world({ papers: undefined });
    await expect(sealAnew(person, registered, undefined, quiet)).rejects.toMatchObject({ code: "no-report" });
    await sealFilesAnew(person, registered, [], {}, quiet);
    expect(names()).toEqual(["seal"]);
  });

  it("goes on with what was sealed before, but not with what is sealed to an older key", async () => {
    const before = world({ waiting: sealed(2n, 2n) });
    expect((await sealAnew(before.person, registered, undefined, quiet)).payload.keyId).toBe(2n);
    expect(before.names()).toEqual([]);
    const older = world({ waiting: sealed(2n, 1n) });
    await sealAnew(older.person, registered, undefined, quiet);
    expect(older.names()).toEqual(["object", "reseal"]);
  });

  it("makes anew what was sealed from files: what is inside may be something else", async () => {
    const fromFiles = { ...sealed(2n, 2n), reportSha256: "ab".repeat(32) };
    const { person, names } = world({ waiting: fromFiles });
    expect((await sealAnew(person, registered, undefined, quiet)).reportSha256).toBe(sealed(2n).reportSha256);
    expect(names()).toEqual(["object", "reseal"]);
  });

  it("believes the list that the person picked more than the one of this device", async () => {
    const { person, done } = world();
    await sealAnew(person, registered, new Blob(["{}"]), quiet);
    expect(done[1]?.[4]).toEqual({ report: new TextEncoder().encode("{}") });
  });

  it.each([SeatState.RELEASED, SeatState.VOID])("takes no notice of a seat that has ended: %s", async (seat) => {
    const { person, names } = world({ seat });
    await sealAnew(person, registered, undefined, quiet);
    expect(names()).toEqual(["object", "reseal"]);
  });

  it.each<[string, string, Dataset, World]>([
    ["another's", "not-owner", create(DatasetSchema, { ...registered, owner: elsewhere }), {}],
    ["frozen", "dataset-status", create(DatasetSchema, { ...registered, status: Status.FROZEN }), {}],
    ["withdrawn", "dataset-status", create(DatasetSchema, { ...registered, status: Status.WITHDRAWN }), {}],
    [
      "with several gateways",
      "lock-several",
      create(DatasetSchema, { ...registered, payload: payload(10, 1n, [gateway, elsewhere]) }),
      {},
    ],
    [
      "that another gateway holds",
      "held-elsewhere",
      create(DatasetSchema, { ...registered, payload: payload(10, 1n, [elsewhere]) }),
      {},
    ],
    ["that is being opened", "custody-open-seats", registered, { seat: SeatState.EMITTED }],
    ["that is being opened, after a stop", "custody-open-seats", registered, { seat: SeatState.REVOKING }],
    [
      "with another payload than the chain's",
      "proof-other",
      registered,
      { proven: [create(DatasetSchema, { ...registered, payload: payload(11) })] },
    ],
    ["that was replaced meanwhile", "lock-outdated", registered, { proven: [{ ...registered, version: 2n }] }],
    [
      "that is another's by proof",
      "proof-other",
      registered,
      { proven: [create(DatasetSchema, { ...registered, version: 2n, owner: elsewhere })] },
    ],
    [
      "that is another one by proof",
      "proof-other",
      registered,
      { proven: [create(DatasetSchema, { ...registered, version: 2n, id: "0b".repeat(16) })] },
    ],
    ["whose version no proof has yet", "too-early", registered, { proven: [{ ...registered, version: 0n }] }],
    ["that no proof has yet", "too-early", registered, { proven: [undefined] }],
  ])("refuses one %s before anything long begins", async (_, code, dataset, around) => {
    const { person, names } = world(around);
    await expect(sealAnew(person, dataset, undefined, quiet)).rejects.toMatchObject({ code });
    expect(names()).toEqual([]);
  });
});

describe("bringing a version", () => {
  const next = sealed(2n);
  const there = create(DatasetSchema, { ...registered, version: 2n, payload: next.payload });

  it("replaces the payload of a dataset, and registers a new one", async () => {
    const again = world({ told: [registered, there] });
    await deliver(again.person, next, quiet, going);
    expect(again.names()).toEqual(["upload", "send", "putHalf", "discard"]);
    expect(again.done[1]?.[2]).toMatchObject({
      ...{ $typeName: "volens.dataset.v1.MsgReplacePayload", datasetId: id, owner, proof: next.proof },
      payload: next.payload,
    });
    const first = sealed(1n);
    const fresh = world({ told: [undefined, create(DatasetSchema, { ...registered, payload: first.payload })] });
    await deliver(fresh.person, first, quiet, going);
    expect(fresh.done[1]?.[2]).toMatchObject({ $typeName: "volens.dataset.v1.MsgRegisterDataset" });
  });

  it("goes on after what the chain has already", async () => {
    const { person, names } = world({ told: [there] });
    await deliver(person, next, quiet, going);
    expect(names()).toEqual(["putHalf", "discard"]);
  });

  it.each([
    ["another file in its place", create(DatasetSchema, { ...there, payload: payload(51) })],
    ["a later version", create(DatasetSchema, { ...there, version: 3n })],
  ])("gives up, and removes the file, where the chain has %s", async (_, dataset) => {
    const { person, names } = world({ told: [dataset] });
    await expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ kind: "refused", code: "lock-outdated" });
    expect(names()).toEqual(["discard"]);
  });

  it.each<[string, string, readonly (Dataset | undefined)[] | Fault]>([
    ["has nothing there", "too-early", [registered]],
    ["has no such dataset", "too-early", [undefined]],
    ["has this very file", "proof-other", [there]],
    ["cannot be told", "light-silent", new Fault("unavailable", "light-silent")],
  ])("keeps the file when a node tells of another one and the chain %s", async (_, code, proven) => {
    vi.useFakeTimers();
    const { person, names } = world({ told: [create(DatasetSchema, { ...there, version: 3n })], proven });
    const end = expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ code });
    await vi.runAllTimersAsync();
    await end;
    expect(names()).toEqual([]);
  });

  it.each<[string, string, readonly (Dataset | undefined)[] | Fault]>([
    ["does not have it", "too-early", [registered]],
    ["cannot be told", "light-silent", new Fault("unavailable", "light-silent")],
  ])("keeps the file when a node tells that it is held and the chain %s", async (_, code, proven) => {
    vi.useFakeTimers();
    const { person, names } = world({ told: [there], proven });
    const end = expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ code });
    await vi.runAllTimersAsync();
    await end;
    expect(names()).toEqual(["putHalf"]);
  });

  it("waits for the proof, which comes a block later", async () => {
    vi.useFakeTimers();
    const { person, names } = world({ told: [there], proven: [undefined, registered, there] });
    const end = deliver(person, next, quiet, going);
    await vi.runAllTimersAsync();
    await end;
    expect(names()).toEqual(["putHalf", "discard"]);
  });

  it("removes the file where the chain has another one by proof, whatever the node tells", async () => {
    const taken = create(DatasetSchema, { ...there, payload: payload(51) });
    const { person, names } = world({ told: [there], proven: [taken] });
    await expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ code: "lock-outdated" });
    expect(names()).toEqual(["putHalf", "discard"]);
  });

  it("keeps the file when a node tells of another dataset, or a refusal only sounds like the end", async () => {
    const strange = world({ told: [create(DatasetSchema, { ...there, id: "0b".repeat(16), version: 3n })] });
    await expect(deliver(strange.person, next, quiet, going)).rejects.toMatchObject({ code: "node-answer" });
    expect(strange.names()).toEqual([]);
    const said = world({ refusal: new Fault("refused", "lock-outdated") });
    await expect(deliver(said.person, next, quiet, going)).rejects.toMatchObject({ code: "lock-outdated" });
    expect(said.names()).toEqual(["upload", "send"]);
  });

  it("keeps the file while a release is under way", async () => {
    const { person, names } = world({ refusal: new Fault("refused", "custody-open-seats") });
    await expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ code: "custody-open-seats" });
    expect(names()).toEqual(["upload", "send"]);
  });

  const refusal = new Fault("unavailable", "custody-key");
  const ended = { keyId: 2n, status: KeyStatus.SUPERSEDED };
  const newest = { keyId: 3n, status: KeyStatus.ACTIVE };

  it.each<[string, string, World]>([
    ["the committee has no key yet", "custody-key", {}],
    ["its key is not active yet", "custody-key", { key: { keyId: 2n, status: KeyStatus.PENDING } }],
    ["its key is active by proof", "custody-key", { key: active, newest }],
    ["another key is proven in its key's place", "proof-other", { key: { ...ended, keyId: 1n } }],
    ["nothing can be proven", "light-silent", { proven: new Fault("unavailable", "light-silent") }],
    ["the chain has it by proof, which the node hid", "custody-key", { key: ended, newest, proven: [there] }],
  ])("keeps the file that is refused for its key when %s", async (_, code, around) => {
    const { person, names } = world({ ...around, refusal });
    await expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ code });
    expect(names()).toEqual(["upload", "send"]);
  });

  it.each<[string, Dataset | undefined]>([
    ["nothing", undefined],
    ["the version before", registered],
    ["another file in its place", create(DatasetSchema, { ...there, payload: payload(51) })],
  ])("removes the file that is refused when its key has ended, where the chain has %s", async (_, dataset) => {
    const { person, names } = world({ refusal, key: ended, proven: [dataset] });
    await expect(deliver(person, next, quiet, going)).rejects.toMatchObject({ kind: "refused", code: "lock-outdated" });
    expect(names()).toEqual(["upload", "send", "discard"]);
  });
});

describe("a dataset's key", () => {
  it.each([
    [true, { keyId: 2n, status: KeyStatus.ACTIVE }],
    [false, { keyId: 1n, status: KeyStatus.ACTIVE }],
    [false, { keyId: 2n, status: KeyStatus.UNSPECIFIED }],
  ])("is behind: %s", async (behind, newest) => {
    expect(await isBehind(world({ newest }).person.node, registered)).toBe(behind);
  });
});

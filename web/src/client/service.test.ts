import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Node } from "../chain/node";
import { type Answer, nodeDouble, statusAnswer, valueAnswer } from "../chain/testing/server";
import { Fault } from "../core/fault";
import { KeySchema, ReleaseSchema } from "../gen/volens/custody/v1/custody_pb";
import { QueryKeyResponseSchema } from "../gen/volens/custody/v1/query_pb";
import { DatasetSchema, PayloadSchema } from "../gen/volens/dataset/v1/dataset_pb";
import { ServiceClaimSchema, ServiceState } from "../gen/volens/market/v1/market_pb";
import { QueryClaimResponseSchema } from "../gen/volens/market/v1/query_pb";
import type { Desk } from "./desk";
import { collect } from "./fetch";
import { claimService, disputable, disputeAnswer, judgeAnswer } from "./service";

const requestId = "0a".repeat(16);
const datasetId = "0b".repeat(16);
const gateway = "volens1gateway";
const service = { requestId, seat: 2n, gateway };
const absent: Answer = { result: { response: { code: 22, codespace: "sdk" } } };

/** A desk whose gateway refuses its part; `answer` is what stands on chain, if anything. */
function desk(answer?: Uint8Array, refusal = new Fault("unavailable", "gateway-silent")) {
  const sent: unknown[] = [];
  const node = new Node({
    fetch: nodeDouble(({ method, params }) => {
      if (method === "status") return statusAnswer("volens-1", 9);
      if (String(params.path).endsWith("/Key")) {
        const key = { keyId: 1n, y: new Uint8Array(32) };
        return valueAnswer(toBinary(QueryKeyResponseSchema, create(QueryKeyResponseSchema, { key })));
      }
      if (answer === undefined) return absent;
      const claim = create(ServiceClaimSchema, { ...service, state: ServiceState.ANSWERED, answer });
      return valueAnswer(toBinary(QueryClaimResponseSchema, create(QueryClaimResponseSchema, { claim })));
    }).fetch,
  });
  const half = async () => Promise.reject(refusal);
  const all = {
    node,
    address: "volens1me",
    prove: async () => proofs,
    gateway: { address: async () => gateway, half },
    send: async (messages: unknown[]) => {
      sent.push(...messages);
      return { hash: "", height: 1n };
    },
  };
  return { sent, desk: all as unknown as Desk };
}

const found = {
  release: create(ReleaseSchema, { requestId, datasetId, seat: 2n, keyId: 1n }),
  payload: create(PayloadSchema, { gateways: [{ gateway, commitment: new Uint8Array(32) }], threshold: 1 }),
};

/** What the chain is proven to hold of it: the release, the dataset and the key. */
const proofs = [
  toBinary(ReleaseSchema, found.release),
  toBinary(DatasetSchema, create(DatasetSchema, { id: datasetId, payload: found.payload })),
  toBinary(KeySchema, create(KeySchema, { keyId: 1n, y: new Uint8Array(32) })),
].map((value) => ({ value }));

describe("a part that a gateway does not hand over", () => {
  it("is taken from its answer on chain", async () => {
    const answer = Uint8Array.of(1, 2, 3);
    expect((await collect(desk(answer).desk, found)).parts).toEqual([{ place: 0, sealed: answer }]);
  });

  it.each([
    ["was not claimed", undefined],
    ["was not answered", new Uint8Array()],
  ])("is the gateway's own refusal when it %s", async (_, answer) => {
    await expect(collect(desk(answer).desk, found)).rejects.toMatchObject({ code: "gateway-silent" });
  });
});

describe("a claim", () => {
  it("names seat and gateway, its dispute the evidence, and its end who is right", async () => {
    const { sent, desk: me } = desk();
    await claimService(me, service);
    await disputeAnswer(me, service, "ab".repeat(32));
    await judgeAnswer(me, service, true);
    expect(sent).toMatchObject([
      { $typeName: "volens.market.v1.MsgNoService", researcher: "volens1me", ...service },
      { $typeName: "volens.market.v1.MsgDisputeAnswer", evidenceSha256: new Uint8Array(32).fill(0xab), ...service },
      { $typeName: "volens.market.v1.MsgJudgeAnswer", arbiter: "volens1me", uphold: true, ...service },
    ]);
    expect(() => disputeAnswer(me, service, "ab")).toThrow(expect.objectContaining({ code: "bad-hex" }));
  });

  it("can be disputed once it is answered, until its deadline", () => {
    const claim = create(ServiceClaimSchema, { state: ServiceState.ANSWERED, deadline: 10n });
    expect([9n, 10n, 11n].map((height) => disputable(claim, height))).toEqual([true, true, false]);
    expect(disputable({ ...claim, state: ServiceState.OPEN }, 9n)).toBe(false);
    expect(disputable(undefined, 9n)).toBe(false);
  });
});

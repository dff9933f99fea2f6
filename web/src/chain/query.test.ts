import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  Query,
  QueryDatasetRequestSchema,
  QueryDatasetResponseSchema,
  QueryDatasetsRequestSchema,
  QueryDatasetsResponseSchema,
} from "../gen/volens/dataset/v1/query_pb";
import { Node } from "./node";
import { ask, askAll } from "./query";
import { nodeDouble, type Received, valueAnswer } from "./testing/server";

const dataOf = (call: Received) => Uint8Array.from(Buffer.from(String(call.params.data), "hex"));

describe("ask", () => {
  it("asks by the method's path and reads the answer", async () => {
    const { fetch, batches } = nodeDouble((call) => {
      const { datasetId } = fromBinary(QueryDatasetRequestSchema, dataOf(call));
      const answer = create(QueryDatasetResponseSchema, { dataset: { id: datasetId, version: 3n } });
      return valueAnswer(toBinary(QueryDatasetResponseSchema, answer));
    });
    const { dataset } = await ask(new Node({ fetch }), Query.method.dataset, { datasetId: "ab" }, { height: 12n });
    expect(dataset).toMatchObject({ id: "ab", version: 3n });
    expect(batches[0]?.[0]?.params).toMatchObject({
      path: "/volens.dataset.v1.Query/Dataset",
      height: "12",
      prove: false,
    });
  });

  it.each([
    ["dataset", 2, "not-found", "not-found"],
    ["sdk", 22, "not-found", "not-found"],
    ["sdk", 18, "usage", "query-usage"],
    ["sdk", 26, "unavailable", "query-unavailable"],
    ["sdk", 4, "internal", "query-failed"],
    ["elsewhere", 1, "internal", "query-failed"],
  ])("tells an error of %s, code %d", async (codespace, code, kind, name) => {
    const { fetch } = nodeDouble(() => ({ result: { response: { code, codespace, log: "words" } } }));
    const asked = ask(new Node({ fetch }), Query.method.dataset, { datasetId: "ab" });
    await expect(asked).rejects.toMatchObject({ kind, code: name });
  });

  it("refuses an answer that is no message", async () => {
    const { fetch } = nodeDouble(() => valueAnswer(Uint8Array.of(0xff, 0xff)));
    const asked = ask(new Node({ fetch }), Query.method.dataset, { datasetId: "ab" });
    await expect(asked).rejects.toMatchObject({ kind: "internal", code: "node-answer" });
  });
});

describe("askAll", () => {
  const pages = (total: number) =>
    nodeDouble((call) => {
      const { pagination } = fromBinary(QueryDatasetsRequestSchema, dataOf(call));
      const from = pagination?.key.length ? (pagination.key[0] ?? 0) : 0;
      const to = Math.min(from + Number(pagination?.limit ?? 0n), from + 4, total);
      const answer = create(QueryDatasetsResponseSchema, {
        datasets: Array.from({ length: to - from }, (_, i) => ({ id: `${from + i}` })),
        pagination: to < total ? { nextKey: Uint8Array.of(to) } : {},
      });
      return valueAnswer(toBinary(QueryDatasetsResponseSchema, answer), 99);
    });

  it("collects all pages, the later ones at the height of the first", async () => {
    const { fetch, batches } = pages(10);
    const all = await askAll(new Node({ fetch }), Query.method.datasets, { owner: "o" }, "datasets");
    expect(all.map((one) => one.id)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
    expect(batches.map((batch) => batch[0]?.params.height)).toEqual(["0", "99", "99"]);
  });

  it("asks for no more than is wanted", async () => {
    const { fetch, batches } = pages(10);
    const some = await askAll(new Node({ fetch }), Query.method.datasets, {}, "datasets", { limit: 5 });
    expect(some).toHaveLength(5);
    expect(batches).toHaveLength(2);
  });

  it("ends a listing that never ends", async () => {
    const answer = create(QueryDatasetsResponseSchema, { pagination: { nextKey: Uint8Array.of(1) } });
    const { fetch } = nodeDouble(() => valueAnswer(toBinary(QueryDatasetsResponseSchema, answer)));
    const asked = askAll(new Node({ fetch }), Query.method.datasets, {}, "datasets");
    await expect(asked).rejects.toMatchObject({ kind: "internal", code: "node-answer" });
  });
});

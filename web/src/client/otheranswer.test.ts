import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Node } from "../chain/node";
import { type Answer, nodeDouble, valueAnswer } from "../chain/testing/server";
import { encodeAddress } from "../core/address";
import {
  QueryDeidentificationResponseSchema,
  QueryOrganisationResponseSchema,
} from "../gen/volens/attestation/v1/query_pb";
import { QueryConsentResponseSchema } from "../gen/volens/consent/v1/query_pb";
import { ReleaseSchema } from "../gen/volens/custody/v1/custody_pb";
import {
  QueryInspectionResponseSchema,
  QueryInspectionsResponseSchema,
  QueryKeyResponseSchema,
  QuerySeatResponseSchema,
} from "../gen/volens/custody/v1/query_pb";
import { QueryDatasetResponseSchema } from "../gen/volens/dataset/v1/query_pb";
import {
  QueryClaimResponseSchema,
  QueryDecisionsResponseSchema,
  QueryPaymentsResponseSchema,
  QueryRequestResponseSchema,
} from "../gen/volens/market/v1/query_pb";
import { latestConsent } from "./allowed";
import { inspection } from "./attest";
import { attestationOf } from "./attestation";
import { offer } from "./catalogue";
import { datasetView, organisationAt } from "./dataset";
import { asked } from "./decide";
import { committeeKey, requestView } from "./request";
import { seatOf } from "./seat";
import { serviceClaim, servicesOf } from "./service";
import { vouchedFor } from "./standing";

const [mine, other] = ["0a".repeat(16), "0b".repeat(16)];
const [gateway, elsewhere] = [encodeAddress(new Uint8Array(20).fill(1)), encodeAddress(new Uint8Array(20).fill(2))];

/** A node that answers with what is named so, whatever it is asked for. */
function nodeOf(id: string, address: string, number: bigint): Node {
  const seat = { requestId: id, seat: number };
  const of = { datasetId: id, version: number };
  const answers: Readonly<Record<string, Answer>> = {
    Dataset: answerOf(QueryDatasetResponseSchema, { dataset: { id, version: number } }),
    Consent: answerOf(QueryConsentResponseSchema, { consent: { datasetId: id } }),
    Deidentification: answerOf(QueryDeidentificationResponseSchema, { deidentification: of, challenge: of }),
    Organisation: answerOf(QueryOrganisationResponseSchema, { organisation: { address } }),
    Inspection: answerOf(QueryInspectionResponseSchema, { inspection: { id } }),
    Inspections: answerOf(QueryInspectionsResponseSchema, {}),
    Key: answerOf(QueryKeyResponseSchema, { key: { keyId: number } }),
    Seat: answerOf(QuerySeatResponseSchema, { seat: { requestId: id, index: number }, release: seat }),
    Claim: answerOf(QueryClaimResponseSchema, { claim: { ...seat, gateway: address } }),
    Request: answerOf(QueryRequestResponseSchema, { request: { id } }),
    Decisions: answerOf(QueryDecisionsResponseSchema, {}),
    Payments: answerOf(QueryPaymentsResponseSchema, {}),
  };
  const answer = (query: string): Answer => {
    const found = answers[query];
    if (!found) throw new Error(query);
    return found;
  };
  return new Node({ fetch: nodeDouble(({ params }) => answer(String(params.path).split("/").at(-1) ?? "")).fetch });
}

function answerOf<D extends DescMessage>(schema: D, value: MessageInitShape<D>): Answer {
  return valueAnswer(toBinary(schema, create(schema, value)));
}

const service = { requestId: mine, seat: 3n, gateway };

describe("a node that answers with another thing than was asked for is not believed", () => {
  it.each<[string, (node: Node) => Promise<unknown>]>([
    ["a dataset", (node) => datasetView(node, mine)],
    ["a dataset on offer", (node) => offer(node, mine)],
    ["a dataset that is challenged", (node) => vouchedFor(node, mine)],
    ["a consent", (node) => latestConsent(node, mine)],
    ["an attestation", (node) => attestationOf(node, mine, 3n)],
    ["an organisation", (node) => organisationAt(node, gateway)],
    ["an inspection", (node) => inspection(node, mine)],
    ["a request that is answered", (node) => asked(node, mine, [])],
    ["an own request", (node) => requestView(node, mine)],
    ["a seat", (node) => seatOf(node, mine, 3n)],
    ["a committee's key", (node) => committeeKey(node, 3n)],
    ["a claim", (node) => serviceClaim(node, service)],
    [
      "a dataset that is served",
      (node) => servicesOf(node, create(ReleaseSchema, { datasetId: mine, requestId: mine, seat: 3n })),
    ],
  ])("%s", async (_, look) => {
    await expect(look(nodeOf(mine, gateway, 3n))).resolves.toBeDefined();
    await expect(look(nodeOf(other, elsewhere, 4n))).rejects.toMatchObject({ kind: "internal", code: "node-answer" });
  });

  it("not with a release of another seat either, nor with a statement about another version", async () => {
    const seat = { requestId: mine, index: 3n };
    const release = { requestId: mine, seat: 4n };
    const telling = (answer: Answer) => new Node({ fetch: nodeDouble(() => answer).fetch });
    const released = telling(answerOf(QuerySeatResponseSchema, { seat, release }));
    await expect(seatOf(released, mine, 3n)).rejects.toMatchObject({ code: "node-answer" });
    const challenge = { datasetId: mine, version: 2n };
    const challenged = telling(answerOf(QueryDeidentificationResponseSchema, { challenge }));
    await expect(attestationOf(challenged, mine, 3n)).rejects.toMatchObject({ code: "node-answer" });
  });
});

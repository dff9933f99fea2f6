/** Gateways that do not hand over their part: claims, answers, disputes. Twin of Go's `service.go`. */
import { create } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { fromHex } from "../core/bytes";
import { Fault } from "../core/fault";
import type { Release } from "../gen/volens/custody/v1/custody_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { type ServiceClaim, ServiceState } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { MsgDisputeAnswerSchema, MsgJudgeAnswerSchema, MsgNoServiceSchema } from "../gen/volens/market/v1/tx_pb";
import { orAbsent } from "./committee";
import type { Desk, Sent } from "./desk";

/** One gateway's service for one seat. */
export interface Service {
  readonly requestId: string;
  readonly seat: bigint;
  /** Bech32. */
  readonly gateway: string;
}

/** What a claim takes. */
export interface ServiceTerms {
  /** In the smallest unit of the request's money; it comes back unless the claim is found to be false. */
  readonly bond: bigint;
  /** How many blocks a gateway has to answer, and the researcher to dispute the answer. */
  readonly window: bigint;
}

/** What a claim takes on this network. */
export async function serviceTerms(node: Node): Promise<ServiceTerms> {
  const { params } = await ask(node, MarketQuery.method.params, {});
  if (!params) throw new Fault("internal", "node-answer");
  return { bond: BigInt(params.serviceBond || "0"), window: params.serviceWindow };
}

/** The claim about a service; undefined if there never was one. */
export async function serviceClaim(node: Node, { requestId, seat, gateway }: Service) {
  const found = await orAbsent(ask(node, MarketQuery.method.claim, { requestId, seat, gateway }));
  return found && mustBe(found.claim, { requestId, seat, gateway });
}

/** The gateways that must serve a release, each with the claim about it. */
export async function servicesOf(node: Node, { requestId, seat, datasetId }: Release) {
  const { dataset } = await ask(node, DatasetQuery.method.dataset, { datasetId });
  const gateways = mustBe(dataset, { id: datasetId }).payload?.gateways ?? [];
  return Promise.all(
    gateways.map(async ({ gateway }) => {
      const service = { requestId, seat, gateway };
      return { service, claim: await serviceClaim(node, service) };
    }),
  );
}

/** Whether an answer on chain may be disputed now, at a height. */
export function disputable(claim: ServiceClaim | undefined, height: bigint): boolean {
  return claim?.state === ServiceState.ANSWERED && height <= claim.deadline;
}

/** Says on chain that a gateway does not hand over its part: it must answer there before a deadline, or pay. */
export function claimService(desk: Desk, { requestId, seat, gateway }: Service): Promise<Sent> {
  return desk.send([create(MsgNoServiceSchema, { researcher: desk.address, requestId, seat, gateway })]);
}

/** Says that what a gateway answered is not its part; an arbiter gets the evidence outside the chain. Its digest in hex. */
export function disputeAnswer(
  desk: Desk,
  { requestId, seat, gateway }: Service,
  evidenceSha256: string,
): Promise<Sent> {
  const evidence = fromHex(evidenceSha256, 32);
  const researcher = desk.address;
  return desk.send([
    create(MsgDisputeAnswerSchema, { researcher, requestId, seat, gateway, evidenceSha256: evidence }),
  ]);
}

/** An arbiter's decision about a disputed answer; `uphold` finds for the researcher. */
export function judgeAnswer(desk: Desk, { requestId, seat, gateway }: Service, uphold: boolean): Promise<Sent> {
  return desk.send([create(MsgJudgeAnswerSchema, { arbiter: desk.address, requestId, seat, gateway, uphold })]);
}

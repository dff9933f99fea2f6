/** Requests that wait for an answer, and the answers. Twin of Go's `decide.go`. */
import { create } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { ask, askAll, mustBe } from "../chain/query";
import { Fault } from "../core/fault";
import type { Dataset } from "../gen/volens/dataset/v1/dataset_pb";
import { type Decision, DecisionState, type Request, State } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { MsgDecideRequestSchema } from "../gen/volens/market/v1/tx_pb";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";
import { provenRequest, type ShownRequest } from "./prover";

/** What the rules say of a request and a dataset, by the chain's own `duo.Permits`. */
export interface Check {
  readonly verdict: "ALLOW" | "REFER" | "DENY";
  readonly reasons: readonly string[];
}

/** A request with what was answered to it for one's own datasets. */
export interface Asked {
  readonly request: Request;
  readonly answers: readonly Decision[];
}

/** A request that the rules allow for some of one's own datasets. */
export interface Fit extends Asked {
  /** Ids of the datasets for which the answer may be yes. */
  readonly datasets: readonly string[];
}

/** Requests in these states, not one's own, with one's own answers; the newest first. */
export async function askedOf(node: Node, owners: readonly string[], states: readonly State[]): Promise<Asked[]> {
  const lists = await Promise.all(
    states.map((state) => askAll(node, MarketQuery.method.requests, { state }, "requests")),
  );
  const requests = lists.flat().filter(({ researcher }) => !owners.includes(researcher));
  const all = await Promise.all(
    requests.map(async (request) => ({ request, answers: await answersOf(node, request.id, owners) })),
  );
  return all.sort((a, b) => Number(b.request.height - a.request.height));
}

/** Those of the requests that the rules allow, or refer, for one of the datasets. */
export async function fitting(node: Node, all: readonly Asked[], datasetIds: readonly string[]): Promise<Fit[]> {
  const fits = await Promise.all(
    all.map(async (asked) => {
      const checks = await Promise.all(datasetIds.map((id) => check(node, asked.request.id, id)));
      return { ...asked, datasets: datasetIds.filter((_, place) => checks[place]?.verdict !== "DENY") };
    }),
  );
  return fits.filter(({ datasets }) => datasets.length > 0);
}

/** One request with one's own answers. */
export async function asked(node: Node, requestId: string, owners: readonly string[]): Promise<Asked> {
  const [{ request }, answers] = await Promise.all([
    ask(node, MarketQuery.method.request, { requestId }),
    answersOf(node, requestId, owners),
  ]);
  return { request: mustBe(request, { id: requestId }), answers };
}

async function answersOf(node: Node, requestId: string, owners: readonly string[]): Promise<Decision[]> {
  const all = await askAll(node, MarketQuery.method.decisions, { requestId }, "decisions");
  return all.filter(({ owner }) => owners.includes(owner));
}

/** Whether the rules allow a request for a dataset now, and why not. */
export async function check(node: Node, requestId: string, datasetId: string): Promise<Check> {
  const { verdict, reasons } = await ask(node, MarketQuery.method.check, { requestId, datasetId });
  if (verdict !== "ALLOW" && verdict !== "REFER" && verdict !== "DENY") throw new Fault("internal", "node-answer");
  return { verdict, reasons };
}

/** Whether an answer can still be changed: the request has not cleared, and no seat was given. */
export function canChange({ request, answers }: Asked): boolean {
  const final = [DecisionState.WON, DecisionState.RELEASED, DecisionState.VOID];
  return request.state === State.OPEN && !answers.some(({ state }) => final.includes(state));
}

/**
 * Answers a request for an own dataset. A yes to something else than was shown, and one that the rules do not allow, are
 * refused before anything is confirmed. A no needs no proof.
 */
export async function decide(person: Person, shown: ShownRequest, dataset: Dataset, yes: boolean): Promise<Sent> {
  const { id: datasetId, owner } = dataset;
  const requestId = shown.request.id;
  await mustOwn(person, owner);
  if (yes) {
    await provenRequest(person.prove, shown);
    const { verdict, reasons } = await check(person.node, requestId, datasetId);
    if (verdict === "DENY") throw new Fault("refused", "market-denied", { reasons });
  }
  return person.send(owner, [create(MsgDecideRequestSchema, { owner, requestId, datasetId, yes })]);
}

/** The network as anybody sees it: blocks, gateways, releases, parameters. Twin of Go's `client/status.go`. */
import type { Node } from "../chain/node";
import { ask, askAll } from "../chain/query";
import { JsonReader } from "../core/json";
import { Query as BankQuery } from "../gen/cosmos/bank/v1beta1/query_pb";
import { type Heartbeat, type Organisation, Role } from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import { Query as ConsentQuery } from "../gen/volens/consent/v1/query_pb";
import { InspectionState, JobKind } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { State } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";

/** A block as its header tells it. */
export interface Block {
  readonly height: bigint;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly transactions: number;
}

/** A gateway with its last sign of life. */
export interface GatewayView {
  readonly organisation: Organisation;
  readonly heartbeat: Heartbeat | undefined;
}

/** A release as its event tells it. */
export interface ReleaseLine {
  readonly requestId: string;
  readonly seat: bigint;
  readonly datasetId: string;
  readonly kind: JobKind;
  readonly readyHeight: bigint;
  /** The block that stored the release. */
  readonly height: bigint;
  /** Time of that block, in milliseconds since 1970. */
  readonly time: number;
}

/** A page of releases, and how many blocks with a release there are. */
export interface ReleasePage {
  readonly releases: readonly ReleaseLine[];
  readonly blocks: number;
}

/** The newest blocks, the newest first; a node gives at most 20. */
export async function blocks(node: Node): Promise<Block[]> {
  const answer = new JsonReader(await node.rpc.call("blockchain"), "node-answer");
  return answer.objects("block_metas").map((meta) => {
    const header = meta.object("header");
    return {
      height: header.long("height"),
      time: Date.parse(header.text("time")),
      transactions: Number(meta.long("num_txs")),
    };
  });
}

/** The mean time between blocks in milliseconds; undefined for fewer than two. */
export function blockTime(list: readonly Block[]): number | undefined {
  const newest = list[0];
  const oldest = list.at(-1);
  if (!newest || !oldest || newest.height === oldest.height) return undefined;
  return (newest.time - oldest.time) / Number(newest.height - oldest.height);
}

/** All gateways with their anchors. */
export async function gateways(node: Node): Promise<GatewayView[]> {
  const all = await askAll(node, AttestationQuery.method.organisations, { role: Role.GATEWAY }, "organisations");
  return Promise.all(
    all.map(async (organisation) => {
      const answer = await ask(node, AttestationQuery.method.organisation, { address: organisation.address });
      return { organisation, heartbeat: answer.heartbeat };
    }),
  );
}

const releasedEvent = "volens.custody.v1.EventReleased";

/** How many blocks {@link releases} reads at a time. */
export const releasePage = 30;

/** One page of the releases, the newest first; pages count from 1. The canaries of epochs are among them. */
export async function releases(node: Node, page: number): Promise<ReleasePage> {
  const found = await node.rpc.call("block_search", {
    query: `${releasedEvent}.kind EXISTS`,
    page: String(page),
    per_page: String(releasePage),
    order_by: "desc",
  });
  const reader = new JsonReader(found, "node-answer");
  const headers = reader.objects("blocks").map((entry) => entry.object("block").object("header"));
  const lines = await Promise.all(
    headers.map(async (header) => {
      const height = header.long("height");
      const time = Date.parse(header.text("time"));
      const events = await node.blockEvents(height);
      return events
        .filter((event) => event.type === releasedEvent)
        .map((event) => line(event.attributes, height, time));
    }),
  );
  return { releases: lines.flat(), blocks: Number(reader.long("total_count")) };
}

/** Typed events of the SDK hold each field as JSON. */
function line(
  attributes: readonly { readonly key: string; readonly value: string }[],
  height: bigint,
  time: number,
): ReleaseLine {
  const fields = new Map(attributes.map(({ key, value }) => [key, unquote(value)]));
  const kind = fields.get("kind")?.replace("JOB_KIND_", "") ?? "";
  return {
    requestId: fields.get("request_id") ?? "",
    seat: BigInt(fields.get("seat") || "0"),
    datasetId: fields.get("dataset_id") ?? "",
    kind: kind in JobKind ? JobKind[kind as keyof typeof JobKind] : JobKind.UNSPECIFIED,
    readyHeight: BigInt(fields.get("ready_height") || "0"),
    height,
    time,
  };
}

/** The text of a JSON string; numbers stay as they are. */
export function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
}

/** The parameters of all modules that have some. */
export async function parameters(node: Node) {
  const [attestation, consent, custody, market] = await Promise.all([
    ask(node, AttestationQuery.method.params, {}),
    ask(node, ConsentQuery.method.params, {}),
    ask(node, CustodyQuery.method.params, {}),
    ask(node, MarketQuery.method.params, {}),
  ]);
  return { attestation: attestation.params, consent: consent.params, custody: custody.params, market: market.params };
}

/** Whether the escrow account holds what the ledgers say. */
export function solvency(node: Node) {
  return ask(node, MarketQuery.method.solvency, {});
}

/** Jobs that are not finished: seats that won and wait for their release, and inspections that were accepted. */
export async function openJobs(node: Node): Promise<{ requests: number; seats: number; inspections: number }> {
  const [releasing, accepted] = await Promise.all([
    askAll(node, MarketQuery.method.requests, { state: State.RELEASING }, "requests"),
    askAll(node, CustodyQuery.method.inspections, { state: InspectionState.ACCEPTED }, "inspections"),
  ]);
  const seats = releasing.reduce((sum, request) => sum + request.won - request.released - request.void, 0n);
  return { requests: releasing.length, seats: Number(seats), inspections: accepted.length };
}

/** What an account has, by denomination. */
export function balances(node: Node, address: string) {
  return askAll(node, BankQuery.method.allBalances, { address }, "balances");
}

/** What the chain says, as documents that a person keeps. Twin of the documents of Go's `client/audit.go` and `requestview.go`. */
import { type DescMessage, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { askAll } from "../chain/query";
import { QuerySeatResponseSchema } from "../gen/volens/custody/v1/query_pb";
import {
  DecisionSchema,
  EscrowSchema,
  PartRole,
  type Payment,
  PaymentSchema,
  type Request,
  RequestSchema,
} from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { type RequestView, requests } from "./request";

/**
 * Everything about a request as JSON, with the chain and the height at which it was read: names are those of the protos,
 * bytes base64, 64-bit numbers texts. It is the node's word; the audit of a dataset proves its counts.
 */
export async function receipt(node: Node, view: RequestView): Promise<string> {
  const status = await node.status();
  const document = {
    document: "volens-request-receipt/1",
    chain_id: status.chainId,
    height: status.height.toString(),
    time: new Date(status.time).toISOString(),
    request: json(RequestSchema, view.request),
    escrow: view.escrow ? json(EscrowSchema, view.escrow) : null,
    decisions: view.decisions.map((decision) => json(DecisionSchema, decision)),
    payments: view.payments.map((payment) => json(PaymentSchema, payment)),
    seats: view.seats.map((seat) => json(QuerySeatResponseSchema, seat)),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function json<D extends DescMessage>(schema: D, message: MessageShape<D>): JsonValue {
  return toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
}

/** What a researcher spent, by what for, in the smallest unit of one money. */
export interface Spending {
  readonly denom: string;
  readonly locked: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
  readonly roles: ReadonlyMap<PartRole, bigint>;
}

/** A request with its payments. */
export interface Spent {
  readonly request: Request;
  readonly payments: readonly Payment[];
}

/** The payments of all requests of a researcher, the newest request first. */
export async function spent(node: Node, researcher: string): Promise<Spent[]> {
  const own = await requests(node, { researcher });
  const all = await Promise.all(
    own.map(async (request) => ({
      request,
      payments: await askAll(node, MarketQuery.method.payments, { requestId: request.id }, "payments"),
    })),
  );
  return all.sort((a, b) => (a.request.height < b.request.height ? 1 : -1));
}

/** Sums payments by money and role. What is held counts as locked until it is paid. */
export function spending(all: readonly Spent[]): Spending[] {
  const sums = new Map<string, { locked: bigint; paid: bigint; refunded: bigint; roles: Map<PartRole, bigint> }>();
  for (const payment of all.flatMap(({ payments }) => payments)) {
    if (!payment.amount) continue;
    const { denom } = payment.amount;
    const amount = BigInt(payment.amount.amount);
    const sum = sums.get(denom) ?? { locked: 0n, paid: 0n, refunded: 0n, roles: new Map() };
    if (payment.role === PartRole.REFUND) sum.refunded += amount;
    else if (payment.paid) sum.paid += amount;
    else sum.locked += amount;
    sum.roles.set(payment.role, (sum.roles.get(payment.role) ?? 0n) + amount);
    sums.set(denom, sum);
  }
  return [...sums].map(([denom, sum]) => ({ denom, ...sum }));
}

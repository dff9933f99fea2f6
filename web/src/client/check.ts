/** What a request costs and who could match, before money moves. Twin of Go's `client/check.go`. */
import type { Node } from "../chain/node";
import { ask } from "../chain/query";
import { Fault } from "../core/fault";
import { type Parts, partRoles, split } from "../core/market";
import { Query as BankQuery } from "../gen/cosmos/bank/v1beta1/query_pb";
import type { Codebook } from "../gen/volens/consent/v1/consent_pb";
import { Query as ConsentQuery } from "../gen/volens/consent/v1/query_pb";
import type { Split } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { cost } from "./request";
import type { RequestDraft } from "./requestdraft";

/** Every line of what a request locks, in the smallest unit of its money. */
export interface CostLines {
  /** What one seat is divided into. */
  readonly parts: readonly { readonly role: keyof Parts; readonly amount: bigint }[];
  readonly seatCharge: bigint;
  readonly seats: bigint;
  readonly processFee: bigint;
  readonly bond: bigint;
  /** All of it: what leaves the account. */
  readonly escrow: bigint;
}

/** The lines of a request's costs. The sums are the chain's; that the parts of a seat add up to its charge is checked. */
export async function costLines(node: Node, draft: Pick<RequestDraft, "nMax" | "price" | "denom">): Promise<CostLines> {
  const [costs, { params }] = await Promise.all([cost(node, draft), ask(node, MarketQuery.method.params, {})]);
  const { seatCharge, seats, processFee, bond, escrow } = costs;
  if (!seatCharge || !seats || !processFee || !bond || !escrow || !params?.split) {
    throw new Fault("internal", "node-answer");
  }
  const parts = split(BigInt(draft.price), sharesOf(params.split));
  const lines = partRoles.map((role) => ({ role, amount: parts[role] }));
  if (lines.reduce((sum, { amount }) => sum + amount, 0n) !== BigInt(seatCharge.amount)) {
    throw new Fault("integrity", "cost-differs");
  }
  return {
    parts: lines,
    seatCharge: BigInt(seatCharge.amount),
    seats: BigInt(seats.amount),
    processFee: BigInt(processFee.amount),
    bond: BigInt(bond.amount),
    escrow: BigInt(escrow.amount),
  };
}

/** A split of the chain in the numbers of core/market. */
export function sharesOf({ patient, attestor, gateways, committee, pool }: Split): Parts {
  return {
    patient: BigInt(patient),
    attestor: BigInt(attestor),
    gateways: BigInt(gateways),
    committee: BigInt(committee),
    pool: BigInt(pool),
  };
}

/** What an account has of one money, in its smallest unit. */
export async function balance(node: Node, address: string, denom: string): Promise<bigint> {
  const { balance: coin } = await ask(node, BankQuery.method.balance, { address, denom });
  return BigInt(coin?.amount || "0");
}

/** The registered disease vocabularies. */
export async function codebooks(node: Node): Promise<Codebook[]> {
  return (await ask(node, ConsentQuery.method.codebooks, {})).codebooks;
}

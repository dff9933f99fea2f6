/** What research paid to a patient, and her way to have it. */
import { create } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { askAll } from "../chain/query";
import { Fault } from "../core/fault";
import { Query as BankQuery } from "../gen/cosmos/bank/v1beta1/query_pb";
import { MsgSendSchema } from "../gen/cosmos/bank/v1beta1/tx_pb";
import { PartRole, type Payment } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";

/** An amount of the smallest unit of a denomination. */
export interface Sum {
  readonly denom: string;
  readonly amount: bigint;
}

/** What an account has now. */
export interface Purse {
  readonly address: string;
  readonly sums: readonly Sum[];
}

/** Every payment to these addresses for their data, the newest request last. */
export async function payments(node: Node, addresses: readonly string[]): Promise<Payment[]> {
  const lists = await Promise.all(
    addresses.map((address) => askAll(node, MarketQuery.method.earnings, { address }, "payments")),
  );
  return lists.flat().filter(({ role }) => role === PartRole.PATIENT);
}

/** What each of these addresses has, those with nothing left out. */
export async function purses(node: Node, addresses: readonly string[]): Promise<Purse[]> {
  const all = await Promise.all(
    addresses.map(async (address) => {
      const coins = await askAll(node, BankQuery.method.allBalances, { address }, "balances");
      return { address, sums: coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })) };
    }),
  );
  return all.filter(({ sums }) => sums.some(({ amount }) => amount > 0n));
}

/** Sums of each denomination, in the order of their names. */
export function total(sums: readonly Sum[]): Sum[] {
  const byDenom = new Map<string, bigint>();
  for (const { denom, amount } of sums) byDenom.set(denom, (byDenom.get(denom) ?? 0n) + amount);
  return [...byDenom].sort(([a], [b]) => (a < b ? -1 : 1)).map(([denom, amount]) => ({ denom, amount }));
}

/** The sum of payments: those that are there, or those that are held until a height. */
export function paid(all: readonly Payment[], wanted: "paid" | "held"): Sum[] {
  const chosen = all.filter((payment) => payment.paid === (wanted === "paid"));
  return total(
    chosen.flatMap(({ amount }) => (amount ? [{ denom: amount.denom, amount: BigInt(amount.amount) }] : [])),
  );
}

/** Moves a sum from an own account to an address, all of it in one step. */
export async function payOut(person: Person, from: string, to: string, sum: Sum): Promise<Sent> {
  await mustOwn(person, from);
  if (sum.amount <= 0n) throw new Fault("usage", "nothing-to-pay");
  const amount = [{ denom: sum.denom, amount: sum.amount.toString() }];
  return person.send(from, [create(MsgSendSchema, { fromAddress: from, toAddress: to, amount })], { fee: "own" });
}

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

/** What moving a sum out takes. */
export interface PayOutPlan {
  /** What arrives: the sum, or, when the fee is of the same money, what is left of it. */
  readonly arrives: Sum;
  /** What the network asks; nothing where it asks for nothing. */
  readonly fee: readonly Sum[];
  /** What of the fee the account has not: then nothing can be sent. */
  readonly short: readonly Sum[];
}

/** Percent of the quoted fee that is kept back for it, as the measure may be a little larger when it is sent. */
const feePercent = 110n;

/** What moving a sum out of an own account would take now. No sponsor pays for it. */
export async function planPayOut(person: Person, from: string, to: string, sum: Sum): Promise<PayOutPlan> {
  const [fee, all] = await Promise.all([
    person.quote(from, [message(from, to, sum)]),
    purses(person.node, [from]).then(([purse]) => purse?.sums ?? []),
  ]);
  return planned(sum, fee, all);
}

/** The plan for a fee and what the account has. */
export function planned(sum: Sum, fee: readonly Sum[], all: readonly Sum[]): PayOutPlan {
  const has = (denom: string) => all.find((one) => one.denom === denom)?.amount ?? 0n;
  const kept = (denom: string) => ((fee.find((one) => one.denom === denom)?.amount ?? 0n) * feePercent + 99n) / 100n;
  const free = has(sum.denom) - kept(sum.denom);
  const amount = sum.amount < free ? sum.amount : free;
  const short = fee.flatMap(({ denom }) => {
    const missing = kept(denom) - has(denom) + (denom === sum.denom ? 1n : 0n);
    return missing > 0n ? [{ denom, amount: missing }] : [];
  });
  return { arrives: { denom: sum.denom, amount: amount > 0n ? amount : 0n }, fee, short };
}

/** Moves a sum from an own account to an address, all of it in one step. The account pays the fee. */
export async function payOut(person: Person, from: string, to: string, sum: Sum): Promise<Sent> {
  await mustOwn(person, from);
  if (sum.amount <= 0n) throw new Fault("usage", "nothing-to-pay");
  return person.send(from, [message(from, to, sum)], { fee: "own" });
}

function message(fromAddress: string, toAddress: string, { denom, amount }: Sum) {
  return create(MsgSendSchema, { fromAddress, toAddress, amount: [{ denom, amount: amount.toString() }] });
}

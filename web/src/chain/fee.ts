import { Fault } from "../core/fault";
import { Service } from "../gen/cosmos/base/node/v1beta1/query_pb";
import type { Node } from "./node";
import { ask } from "./query";

/** What one unit of gas costs, such as 0.025 uvol. Make one with {@link parseGasPrice}. */
export interface GasPrice {
  /** In units of 10^-18 of the denomination. */
  readonly atto: bigint;
  readonly denom: string;
}

const SCALE = 18;

/** Reads a price such as `0.025uvol`. */
export function parseGasPrice(text: string): GasPrice {
  const match = /^(\d{1,20})(?:\.(\d{1,18}))?([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(text);
  if (!match) throw new Fault("usage", "bad-gas-price");
  const [, whole = "", part = "", denom = ""] = match;
  return { atto: BigInt(whole + part.padEnd(SCALE, "0")), denom };
}

/** The price for so much gas, rounded up, as the fields of a Coin. */
export function priced({ atto, denom }: GasPrice, gas: bigint): { amount: string; denom: string } {
  const unit = 10n ** BigInt(SCALE);
  return { amount: ((atto * gas + unit - 1n) / unit).toString(), denom };
}

/** The denomination of fees that is taken where a node names several. */
const feeDenom = "uvol";

/**
 * The least price for a unit of gas that a node asks for, by its own settings; undefined when it asks for none. The fee
 * that follows from it is shown before anything is signed. What makes no sense is an internal Fault `node-answer`.
 */
export async function leastGasPrice(node: Node): Promise<GasPrice | undefined> {
  const { minimumGasPrice } = await ask(node, Service.method.config, {});
  const prices = minimumGasPrice.split(",").flatMap((text) => (text === "" ? [] : [readPrice(text)]));
  // A node takes any one of them: one that is nothing is enough.
  if (prices.some(({ atto }) => atto === 0n)) return undefined;
  return prices.find(({ denom }) => denom === feeDenom) ?? prices[0];
}

function readPrice(text: string): GasPrice {
  try {
    return parseGasPrice(text);
  } catch (cause) {
    throw new Fault("internal", "node-answer", { cause });
  }
}

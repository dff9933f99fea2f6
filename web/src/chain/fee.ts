import { Fault } from "../core/fault";

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

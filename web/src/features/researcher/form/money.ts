/** What an account has and what a request would lock, in the smallest unit. */
export interface Funds {
  readonly have: bigint;
  readonly need: bigint;
}

/**
 * Whether the money of a request is there. Once it is locked nothing has to be paid again, whatever the draft costs now;
 * `unknown` until the chain has told.
 */
export function moneyFor(funds: Funds | undefined, locked: boolean): "enough" | "short" | "unknown" {
  if (locked) return "enough";
  if (!funds) return "unknown";
  return funds.have < funds.need ? "short" : "enough";
}

import { expect, it } from "vitest";
import { moneyFor } from "./money";

it.each([
  ["nothing is known", undefined, false, "unknown"],
  ["the account has less", { have: 9n, need: 10n }, false, "short"],
  ["the account has as much", { have: 10n, need: 10n }, false, "enough"],
  ["it is locked already and the account has less", { have: 0n, need: 10n }, true, "enough"],
  ["it is locked already and nothing else is known", undefined, true, "enough"],
] as const)("the money of a request when %s", (_, funds, locked, state) => {
  expect(moneyFor(funds, locked)).toBe(state);
});

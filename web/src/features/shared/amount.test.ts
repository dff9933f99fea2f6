import { describe, expect, it } from "vitest";
import { toSmallest, toUnits } from "./amount";

describe("amounts that people type", () => {
  it.each([
    ["2.50", "2500000"],
    ["2,5", "2500000"],
    ["0.000001", "1"],
    [" 10 ", "10000000"],
    ["999999999999", "999999999999000000"],
  ])("%s is %s", (text, amount) => {
    expect(toSmallest(text)).toBe(amount);
    expect(toSmallest(toUnits(amount))).toBe(amount);
  });

  it.each(["", "0", "0.0", "-1", "1e6", "1.0000001", "1,000.00", "1.", ".5", "∞", "1 000", "9999999999999"])(
    "%j is no amount",
    (text) => expect(toSmallest(text)).toBe(""),
  );
});

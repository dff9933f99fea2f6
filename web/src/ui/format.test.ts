import { describe, expect, it } from "vitest";
import { money, short, size } from "./format";

describe("money", () => {
  it.each([
    [5_000_000n, "uusd", "en", "$5.00"],
    [5_000_001n, "uusd", "en", "$5.000001"],
    [1_250_000n, "uusd", "es", "1,25\u00a0US$"],
    [0n, "uusd", "en", "$0.00"],
    [-1_500_000n, "uusd", "en", "-$1.50"],
    [1n, "uvol", "en", "0.000001 VOL"],
    [2_000_000n, "uvol", "en", "2 VOL"],
    [9_007_199_254_740_993_000_001n, "uvol", "en", "9,007,199,254,740,993.000001 VOL"],
    [1234n, "ibc/27394FB0", "en", "1,234 ibc/27394FB0"],
  ])("shows %s%s in %s as %s", (amount, denom, language, text) => {
    expect(money(amount, denom, language)).toBe(text);
  });
});

describe("size", () => {
  it.each([
    [1, "1 byte"],
    [999, "999 bytes"],
    [1500, "1.5 kB"],
    [13_500_000, "14 MB"],
    [2_000_000_000n, "2 GB"],
  ])("shows %s as %s", (bytes, text) => {
    expect(size(bytes, "en")).toBe(text);
  });
});

describe("short", () => {
  it("keeps what is short and cuts the middle of what is long", () => {
    expect(short("abcdef")).toBe("abcdef");
    expect(short("volens1qypqxpq9qcrsszg2pvxq")).toBe("volens…pvxq");
  });
});

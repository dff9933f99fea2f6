import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/market.json";
import { Fault } from "./fault";
import { type Parts, split, times, total } from "./market";

const big = (parts: Record<keyof Parts, number>): Parts => ({
  patient: BigInt(parts.patient),
  attestor: BigInt(parts.attestor),
  gateways: BigInt(parts.gateways),
  committee: BigInt(parts.committee),
  pool: BigInt(parts.pool),
});

describe("split", () => {
  it.each(vectors.splits)("of $price for $seats seats is Go's", ({ price, shares, seats, parts, escrow }) => {
    const seat = split(BigInt(price), big(shares));
    expect(seat).toEqual(big(parts));
    expect(total(times(seat, BigInt(seats)))).toBe(BigInt(escrow));
  });

  it("refuses a patient's share below the floor, and shares that do not add up", () => {
    const shares = { patient: 6_999n, attestor: 1_001n, gateways: 1_000n, committee: 500n, pool: 500n };
    expect(() => split(1n, shares)).toThrow(Fault);
    expect(() => split(1n, { ...shares, patient: 7_001n })).toThrow(Fault);
  });

  it("refuses what does not fit into 64 bits", () => {
    const shares = { patient: 8_000n, attestor: 500n, gateways: 500n, committee: 500n, pool: 500n };
    expect(() => split((1n << 64n) - 1n, shares)).toThrow("market-overflow");
    expect(() => times(split(1n << 62n, shares), 4n)).toThrow("market-overflow");
  });
});

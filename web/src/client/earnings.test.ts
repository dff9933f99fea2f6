import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { EmissionSchema, JobKind } from "../gen/volens/custody/v1/custody_pb";
import { PaymentSchema } from "../gen/volens/market/v1/market_pb";
import { matches } from "./activity";
import { paid, planned, total } from "./earnings";

describe("sums", () => {
  it("add up by denomination, beyond what a number holds", () => {
    const most = { denom: "uusd", amount: 2n ** 64n };
    expect(total([most, { denom: "atom", amount: 1n }, most])).toEqual([
      { denom: "atom", amount: 1n },
      { denom: "uusd", amount: 2n ** 65n },
    ]);
  });

  it("tell what is paid from what is held", () => {
    const payment = (amount: string, done: boolean) =>
      create(PaymentSchema, { amount: { amount, denom: "uusd" }, paid: done });
    const all = [payment("5", true), payment("7", false), payment("11", true)];
    expect(paid(all, "paid")).toEqual([{ denom: "uusd", amount: 16n }]);
    expect(paid(all, "held")).toEqual([{ denom: "uusd", amount: 7n }]);
    expect(paid([], "paid")).toEqual([]);
  });
});

describe("a list of openings", () => {
  const opening = (kind: JobKind, seat = 0n) => ({
    emission: create(EmissionSchema, { kind, seat }),
    release: undefined,
  });
  const counts = { released: 1n, inspected: 1n, height: 1n, time: 0 };

  it("holds everything that is proven, or is refused", () => {
    expect(matches(counts, [opening(JobKind.RELEASE), opening(JobKind.INSPECTION)])).toBe(true);
    expect(matches(counts, [opening(JobKind.RELEASE)])).toBe(false);
    expect(matches(counts, [opening(JobKind.INSPECTION), opening(JobKind.INSPECTION)])).toBe(false);
    const two = { ...counts, released: 2n };
    const [inspection, release] = [opening(JobKind.INSPECTION), opening(JobKind.RELEASE)];
    expect(matches(two, [inspection, release, release])).toBe(false);
    expect(matches(two, [inspection, release, opening(JobKind.RELEASE, 1n)])).toBe(true);
    expect(matches({ ...counts, released: 0n, inspected: 0n }, [])).toBe(true);
  });
});

describe("a plan to move money out", () => {
  const usd = (amount: bigint) => ({ denom: "uusd", amount });
  const vol = (amount: bigint) => ({ denom: "uvol", amount });

  it("is the whole sum where the network asks for nothing", () => {
    expect(planned(usd(500n), [], [usd(500n)])).toEqual({ arrives: usd(500n), fee: [], short: [] });
  });

  it("keeps the fee back, and a little more, when it is of the same money", () => {
    const plan = planned(vol(500n), [vol(101n)], [vol(500n)]);
    expect(plan).toEqual({ arrives: vol(388n), fee: [vol(101n)], short: [] });
    expect(planned(vol(300n), [vol(101n)], [vol(500n)]).arrives).toEqual(vol(300n));
  });

  it("says what is missing for the fee, in its own money", () => {
    expect(planned(usd(500n), [vol(100n)], [usd(500n)])).toEqual({
      arrives: usd(500n),
      fee: [vol(100n)],
      short: [vol(110n)],
    });
    expect(planned(usd(500n), [vol(100n)], [usd(500n), vol(110n)]).short).toEqual([]);
    expect(planned(vol(100n), [vol(100n)], [vol(100n)])).toMatchObject({ arrives: vol(0n), short: [vol(11n)] });
  });
});

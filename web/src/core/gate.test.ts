import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/gate.json";
import { fromHex, toHex } from "./bytes";
import { commitPart, gateBytes, join, maxParts, type Part, split, verifyPart } from "./gate";
import { codeOf, turned } from "./testing";

const secret = fromHex(vectors[0]?.secret ?? "");
const indexed = (parts: readonly Uint8Array[]): Part[] => parts.map((bytes, i) => ({ index: i + 1, bytes }));

describe.each(vectors)("$k of $m gateways", (v) => {
  const parts = indexed(v.parts.map((part) => fromHex(part)));
  const commitments = v.commitments.map((commitment) => fromHex(commitment));

  it("get Go's parts, commitments and gate", () => {
    expect(split(fromHex(v.secret), v.m, v.k, fromHex(v.randomness)).map(toHex)).toEqual(v.parts);
    for (const [i, part] of parts.entries()) {
      expect(toHex(commitPart(v.dataset_id, BigInt(v.version), part.index, part.bytes))).toBe(v.commitments[i]);
    }
    const gateways = v.gateways.map((g, i) => ({ gateway: fromHex(g), commitment: commitments[i] ?? secret }));
    expect(toHex(gateBytes(v.k, gateways))).toBe(v.gate);
  });

  it("give the secret back", () => {
    expect(toHex(join(v.k, parts.toReversed()))).toBe(v.secret);
    expect(toHex(join(v.k, parts.slice(v.m - v.k)))).toBe(v.secret);
    expect(codeOf(() => join(v.k, parts.slice(0, v.k - 1)))).toBe("too-few-parts");
  });

  it("cannot lie about a part", () => {
    for (const [i, part] of parts.entries()) {
      const commitment = commitments[i] ?? secret;
      verifyPart(v.dataset_id, BigInt(v.version), part, commitment);
      const lie = { ...part, bytes: turned(part.bytes, 9) };
      expect(codeOf(() => verifyPart(v.dataset_id, BigInt(v.version), lie, commitment))).toBe("bad-part");
      expect(codeOf(() => verifyPart(v.dataset_id, 9n, part, commitment))).toBe("bad-part");
      if (v.m > v.k) expect(codeOf(() => join(v.k, parts.with(i, lie)))).toBe("bad-part");
    }
  });
});

describe("gate", () => {
  it("splits for every threshold, and each k parts join", () => {
    for (let m = 1; m <= 5; m++) {
      for (let k = 1; k <= m; k++) {
        const parts = indexed(split(secret, m, k));
        for (let set = 0; set < 2 ** m; set++) {
          const chosen = parts.filter((part) => (set >> (part.index - 1)) % 2 === 1);
          if (chosen.length >= k) expect(toHex(join(k, chosen))).toBe(toHex(secret));
        }
      }
    }
  });

  it("refuses what is no threshold", () => {
    for (const [m, k] of [
      [1, 0],
      [1, 2],
      [maxParts + 1, 1],
      [2, 1.5],
    ] as const) {
      expect(codeOf(() => split(secret, m, k, new Uint8Array(0)))).toBe("bad-threshold");
    }
  });

  it("refuses parts that are none", () => {
    const part = { index: 1, bytes: secret };
    expect(codeOf(() => join(1, [part, part]))).toBe("bad-part");
    expect(codeOf(() => join(1, [{ index: 0, bytes: secret }]))).toBe("bad-part");
    expect(codeOf(() => join(1, [{ index: 17, bytes: secret }]))).toBe("bad-part");
    expect(codeOf(() => join(1, [{ index: 1, bytes: secret.slice(1) }]))).toBe("bad-part");
  });

  it("names no gateway twice", () => {
    const gateway = { gateway: new Uint8Array(20), commitment: secret };
    expect(codeOf(() => gateBytes(1, [gateway, gateway]))).toBe("gateway-twice");
    expect(codeOf(() => gateBytes(1, [{ ...gateway, gateway: new Uint8Array(19) }]))).toBe("bad-length");
  });
});

import { describe, expect, it } from "vitest";
import proofs from "../../../../test/vectors/proof.json";
import vectors from "../../../../test/vectors/sign.json";
import { equal, fromBase64, utf8 } from "../bytes";
import { Fault } from "../fault";
import { readCommitment } from "../ics23wire";
import { wordsOf } from "../words";
import { readAmino, readDirect } from "./read";

/** A generator of the same numbers at every run (xorshift32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Bytes that were changed, cut, doubled or mixed with others. */
function spoil(bytes: Uint8Array, other: Uint8Array, below: (below: number) => number): Uint8Array {
  const at = below(bytes.length + 1);
  switch (below(4)) {
    case 0: {
      const changed = Uint8Array.from(bytes);
      for (let i = 0; i <= below(3); i++) changed[below(bytes.length)] = below(256);
      return changed;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(below(bytes.length))]);
    default:
      return Uint8Array.from([...bytes.slice(0, at), ...other.slice(below(other.length))]);
  }
}

const RUNS = 600;
/** Machines may be busy; nothing here waits. */
const patience = { timeout: 120_000 };
const pick = <T>(list: readonly T[], below: (below: number) => number): T => {
  const item = list[below(list.length)];
  if (item === undefined) throw new Error("an empty list");
  return item;
};

describe.each([
  ["a SignDoc", vectors.documents.map(({ direct }) => fromBase64(direct)), "direct"],
  ["an amino document", vectors.messages.map(({ amino }) => utf8(amino)), "amino"],
] as const)("what was spoilt of %s", (_, corpus, mode) => {
  it("is a Fault, or a document that says what its bytes say", patience, () => {
    const below = generator(2021);
    let read = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = spoil(pick(corpus, below), pick(corpus, below), below);
      try {
        const before = mode === "direct" ? readDirect(bytes) : readAmino(bytes);
        expect(wordsOf(bytes, mode).messages.length).toBe(before.messages.length);
        read++;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Fault);
      }
    }
    expect(read).toBeGreaterThan(0);
  });
});

it("what was spoilt of a proof is a Fault, or still a proof", patience, () => {
  const below = generator(7);
  const corpus = proofs.proofs.flatMap(({ document }) => document.steps.map(fromBase64));
  for (let run = 0; run < RUNS; run++) {
    const whole = pick(corpus, below);
    const bytes = spoil(whole, pick(corpus, below), below);
    try {
      expect(["exist", "nonexist"]).toContain(readCommitment(bytes).kind);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(Fault);
      expect(equal(bytes, whole)).toBe(false);
    }
  }
});

it("no text crashes the reader of amino documents", () => {
  for (const text of [
    "",
    "null",
    "[]",
    '{"msgs":[]}',
    '{"msgs":[null],"fee":{"amount":[]}}',
    '{"__proto__":1}',
    "9".repeat(999),
  ]) {
    expect(() => readAmino(utf8(text))).toThrow(Fault);
  }
});

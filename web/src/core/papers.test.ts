import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/papers.json";
import { fromUtf8, toHex, utf8 } from "./bytes";
import { type Papers, paperDigests, papersBytes, parsePapers, verifyPapers } from "./papers";
import { codeOf } from "./testing";

const papers = parsePapers(utf8(vectors.document));

describe("papers of a request", () => {
  it("have Go's document and digests", () => {
    expect(fromUtf8(papersBytes(papers))).toBe(vectors.document);
    const digests = paperDigests(papers);
    expect(toHex(digests.title)).toBe(vectors.title);
    expect(toHex(digests.laySummary)).toBe(vectors.lay_summary);
    expect(toHex(digests.protocol)).toBe(vectors.protocol);
    expect(toHex(digests.contact)).toBe(vectors.contact);
    expect(toHex(digests.criteria)).toBe(vectors.criteria);
  });

  it.each(vectors.refused)("are refused as in Go: %j", (document) => {
    expect(codeOf(() => parsePapers(utf8(document)))).toBe("papers");
  });

  it.each<Partial<Papers>>([
    { title: " \n" },
    { laySummary: "" },
    { contact: "\u001b[2J" },
    { contact: "a\u009b" },
    { title: "\ud800" },
    { title: "a".repeat(65_537) },
    { salt: papers.salt.slice(2) },
    { protocolSha256: papers.protocolSha256.toUpperCase() },
    { criteria: [["", "x"]] },
    { criteria: [["a", "b".repeat(257)]] },
    { criteria: Array.from({ length: 65 }, (_, n) => [`c${n}`, "x"] as const) },
  ])("that no request can have are refused: %#", (change) => {
    expect(codeOf(() => papersBytes({ ...papers, ...change }))).toBe("papers");
    expect(codeOf(() => paperDigests({ ...papers, ...change }))).toBe("papers");
  });

  it.each(['{"criteria":[]}', '{"criteria":"x"}', '{"criteria":{"a":1}}', "[]", '"x"', "1"])(
    "of another shape are refused: %s",
    (part) => {
      const whole = part.startsWith("{") ? vectors.document.replace(/"criteria":\{[^}]*\}/, part.slice(1, -1)) : part;
      expect(codeOf(() => parsePapers(utf8(whole)))).toBe("papers");
    },
  );

  it("may have no criteria, and one called __proto__", () => {
    const none = parsePapers(utf8(vectors.document.replace(/"criteria":\{[^}]*\}/, '"criteria":null')));
    expect(none.criteria).toEqual([]);
    const odd = parsePapers(utf8(vectors.document.replace(/"criteria":\{[^}]*\}/, '"criteria":{"__proto__":"x"}')));
    expect(odd.criteria).toEqual([["__proto__", "x"]]);
    expect(fromUtf8(papersBytes(odd))).toContain('"__proto__":"x"');
  });

  it("are those of the request or none", () => {
    const want = paperDigests(papers);
    verifyPapers(papers, want);
    for (const other of [
      { title: "Another" },
      { laySummary: "Another" },
      { contact: "Another" },
      { criteria: [] },
      { salt: "00".repeat(32) },
      { protocolSha256: "00".repeat(32) },
    ]) {
      expect(codeOf(() => verifyPapers({ ...papers, ...other }, want))).toBe("papers-mismatch");
    }
  });
});

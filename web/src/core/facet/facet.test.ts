import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import vectors from "../../../../test/vectors/facet.json";
import { fromHex, fromUtf8, toHex } from "../bytes";
import { verifyInclusion } from "../merkle";
import { codeOf, turned } from "../testing";
import { codes, generalise, levelsOf } from "./codebook";
import {
  checkOpening,
  encodeOpening,
  type FacetOpening,
  facetLeafHash,
  facetLeaves,
  facetsRoot,
  facetTree,
  parseOpening,
} from "./tree";

const secret = fromHex(vectors.secret);
const of = vectors.dataset_id;
const version = BigInt(vectors.version);
const tree = facetTree(secret, of, version, vectors.facets);
const root = fromHex(vectors.root);

describe("tree of facets", () => {
  it("is Go's", () => {
    expect(toHex(facetsRoot(tree))).toBe(vectors.root);
    expect(toHex(facetsRoot(facetTree(secret, of, version, [])))).toBe(vectors.empty_root);
    const used = tree.leaves.flatMap((leaf, index) => (leaf.code === "" ? [] : [{ index, ...leaf }]));
    expect(used.map((leaf) => ({ ...leaf, salt: toHex(leaf.salt) }))).toEqual(vectors.leaves);
  });

  it("does not depend on the order, nor on repetition", () => {
    const shuffled = [...vectors.facets.toReversed(), ...vectors.facets];
    expect(toHex(facetsRoot(facetTree(secret, of, version, shuffled)))).toBe(vectors.root);
    expect(toHex(facetsRoot(facetTree(secret, of, version + 1n, vectors.facets)))).not.toBe(vectors.root);
  });

  it("has the leaves that Go discloses", () => {
    for (const { index, path, ...leaf } of vectors.shown) {
      const hash = facetLeafHash({ ...leaf, salt: fromHex(leaf.salt) });
      verifyInclusion(
        root,
        hash,
        index,
        facetLeaves,
        path.map((h) => fromHex(h)),
      );
    }
  });

  it("knows Go's grids", () => {
    for (const { code, value, generalised } of vectors.grids) {
      expect(generalise({ code, value })).toEqual(generalised);
      expect(levelsOf(code)).toBe(generalised.length);
    }
    expect(new Set(vectors.grids.map(({ code }) => code))).toEqual(new Set(codes));
  });

  it("has no more than 48 values of a code", () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ code: "condition", value: `I${10 + i}` }));
    const leaves = facetTree(secret, of, version, many).leaves.filter((leaf) => leaf.level === 2);
    expect(leaves).toHaveLength(48);
  });

  it("takes no short secret and nothing off the grids", () => {
    expect(codeOf(() => facetTree(secret.slice(1), of, version, []))).toBe("bad-length");
    for (const [code, value] of [
      ["name", "Anna"],
      ["condition", "I2"],
      ["condition", "i21"],
      ["country", "XX"],
      ["age_band", "41"],
      ["sex", ""],
    ] as const) {
      expect(codeOf(() => generalise({ code, value }))).toBe("bad-facet");
    }
    expect(levelsOf("name")).toBe(0);
  });
});

describe("opening", () => {
  const opened = (change: Partial<FacetOpening>) => () =>
    checkOpening({ ...tree, ...change }, root, of, version, vectors.facets);

  it("goes through JSON, and holds", () => {
    expect(toHex(sha256(encodeOpening(tree)))).toBe(vectors.opening_sha256);
    const again = parseOpening(fromUtf8(encodeOpening(tree)));
    expect(again).toEqual(tree);
    checkOpening(again, root, of, version, vectors.facets);
  });

  it("takes what the owner declares", () => {
    const more = [...vectors.facets, { code: "ancestry", value: "EUR" }];
    const declared = facetTree(secret, of, version, more);
    checkOpening(declared, facetsRoot(declared), of, version, vectors.facets);
    const lied = facetTree(secret, of, version, [...vectors.facets, { code: "sex", value: "other" }]);
    expect(codeOf(() => checkOpening(lied, facetsRoot(lied), of, version, vectors.facets))).toBe("bad-opening");
  });

  it("is refused when it does not fit", () => {
    for (const call of [
      opened({ datasetId: "0".repeat(32) }),
      opened({ version: 2n }),
      opened({ leaves: tree.leaves.toReversed() }),
      () => checkOpening(tree, turned(root, 3), of, version, vectors.facets),
      () => checkOpening(tree, root, of, version, vectors.facets.slice(1)),
    ]) {
      expect(codeOf(call)).toBe("bad-opening");
    }
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["another codebook", fromUtf8(encodeOpening(tree)).replace(vectors.codebook, "volens-facets/0")],
    ["another member", fromUtf8(encodeOpening(tree)).replace('"version"', '"x":1,"version"')],
    ["too few leaves", JSON.stringify({ codebook: vectors.codebook, dataset_id: of, version: 1, leaves: [] })],
    ["a level that is none", fromUtf8(encodeOpening(tree)).replace('"level":2', '"level":3')],
  ])("is refused as %s", (_, text) => {
    expect(codeOf(() => parseOpening(text))).toBe("bad-opening");
  });
});

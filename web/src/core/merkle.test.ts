import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/merkle.json";
import buckets from "../../../test/vectors/size_bucket.json";
import { fromHex, toHex, utf8 } from "./bytes";
import { leafHash, merkleRoot, TreeStream, verifyInclusion } from "./merkle";
import { sizeBucket } from "./sizeBucket";
import { codeOf, codeOfAsync, turned } from "./testing";

const counting = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251);

describe.each(vectors.streams)("the tree over $size bytes in leaves of $leaf_size", (v) => {
  it.each([1 << 22, 65_552, 7])("has Go's root when it comes in pieces of %i", async (piece) => {
    const [data, tree] = [counting(v.size), new TreeStream(v.leaf_size)];
    const step = v.size > 100_000 ? Math.max(piece, 4096) : piece;
    for (let at = 0; at < data.length; at += step) await tree.add(data.subarray(at, at + step));
    expect(toHex(await tree.root())).toBe(v.root);
  });
});

describe.each(vectors.proofs)("leaf $index of $size", (v) => {
  const leaf = leafHash(utf8(`leaf ${v.index}`));
  const [root, path] = [fromHex(v.root), v.inclusion.map((hash) => fromHex(hash))];

  it("is where Go says", () => {
    const leaves = Array.from({ length: v.size }, (_, i) => leafHash(utf8(`leaf ${i}`)));
    expect(toHex(merkleRoot(leaves))).toBe(v.root);
    expect(toHex(merkleRoot(leaves.slice(0, v.index)))).toBe(v.old_root);
    verifyInclusion(root, leaf, v.index, v.size, path);
  });

  it("is nowhere else", () => {
    const wrong = [
      () => verifyInclusion(turned(root, 0), leaf, v.index, v.size, path),
      () => verifyInclusion(root, turned(leaf, 31), v.index, v.size, path),
      () => verifyInclusion(root, leaf, v.size, v.size, path),
      () => verifyInclusion(root, leaf, v.index, v.size, [...path, root]),
      ...path.map((hash, at) => () => verifyInclusion(root, leaf, v.index, v.size, path.with(at, turned(hash, 5)))),
      ...path.map((_, at) => () => verifyInclusion(root, leaf, v.index, v.size, path.slice(0, at))),
    ];
    for (const call of wrong) expect(codeOf(call)).toBe("bad-inclusion");
  });
});

it("has leaves of at least a byte", async () => {
  expect(await codeOfAsync(async () => new TreeStream(0))).toBe("bad-length");
});

it("rounds sizes as Go does", () => {
  for (const v of buckets) expect(String(sizeBucket(BigInt(v.size))), v.size).toBe(v.bucket);
});

import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { concat, equal } from "../bytes";
import { leafHash, leafSize } from "../merkle";
import { codeOfAsync, turned } from "../testing";
import { base, encodePoint } from "../threshold/group";
import { Key } from "../threshold/key";
import { chunkSize } from "./chunks";
import { openHeader, registered } from "./header";
import { RangeReader } from "./ranges";
import { type SealedFile, SealStream } from "./seal";

const plain = Uint8Array.from({ length: 2 * leafSize + 3 * chunkSize + 77 }, (_, i) => (i * 31) % 253);
let file = new Uint8Array(0);
let leaves = new Uint8Array(0);
let facts: SealedFile;
let identity = "";

beforeAll(async () => {
  identity = await generateHybridIdentity();
  const key = new Key("volens-1", 7n, encodePoint(base(5n)));
  const options = { key, datasetId: "ab".repeat(16), half: new Uint8Array(32).fill(1) };
  const parts: Uint8Array[] = [];
  const sink = (chunk: Uint8Array) => void parts.push(chunk.slice());
  const seal = await SealStream.begin({ ...options, patient: await identityToRecipient(identity) }, sink);
  await seal.write(plain);
  facts = await seal.close();
  file = concat(...parts);
  const hashes = [];
  for (let at = 0; at < file.length; at += leafSize) hashes.push(leafHash(file.subarray(at, at + leafSize)));
  leaves = concat(...hashes);
});

const unwrap = (header: Uint8Array) => openHeader(header, registered(facts), identity);

function reader(source = file, size = source.length, hashes = leaves) {
  return RangeReader.begin(async (from, length) => source.slice(from, from + length), size, hashes, facts, unwrap);
}

describe("ranges of a sealed file", () => {
  it.each([
    [0, 10],
    [chunkSize - 3, 6],
    [leafSize - 100_000, 200_000],
    [plain.length - 5, 100],
    [plain.length, 1],
    [0, plain.length],
  ])("gives %i and %i more", async (from, length) => {
    const ranges = await reader();
    expect(ranges.length).toBe(plain.length);
    expect(equal(await ranges.read(from, length), plain.subarray(from, from + length))).toBe(true);
  });

  it("refuses what is not under the registered root", async () => {
    expect(await codeOfAsync(() => reader(turned(file, 5)))).toBe("other-leaf");
    expect(await codeOfAsync(() => reader(file, file.length, turned(leaves, 0)))).toBe("other-tree");
    expect(await codeOfAsync(() => reader(file, file.length, leaves.slice(32)))).toBe("other-tree");
    expect(await codeOfAsync(() => reader(file.slice(0, -1)))).toMatch(/^(other-leaf|cut-short)$/);
    const damaged = await reader(turned(file, leafSize + 500));
    expect(await codeOfAsync(() => damaged.read(leafSize, 1000))).toBe("other-leaf");
    expect(await codeOfAsync(() => damaged.read(-1, 1))).toBe("bad-number");
  });

  it("reads nothing without its key", async () => {
    const ranges = await reader();
    ranges.zero();
    expect(await codeOfAsync(() => ranges.read(0, 1))).toBe("damaged");
  });
});

import { type Bytes, equal, fromBase64, toBase64, utf8 } from "../bytes";
import { Fault } from "../fault";
import { parseId } from "../ids";
import { leafHash, merkleRoot } from "../merkle";
import { expand } from "../threshold/key";
import { Transcript } from "../transcript";
import { codebook, declaredCodes, type Facet, generalise, levelsOf } from "./codebook";

// The tree of facets of docs/spec/facets.md, as Go's core/facet.

/** The number of leaves of every tree. */
export const facetLeaves = 256;

const saltSize = 32;
const minSecret = 32;
/** How many values of one code a tree has room for. */
const maxFacets = 48;

/** One leaf of a tree; an unused one has no code. */
export interface FacetLeaf {
  readonly code: string;
  /** From 1, the coarsest; 0 for an unused leaf. */
  readonly level: number;
  readonly value: string;
  readonly salt: Uint8Array;
}

/** Every leaf of a tree, used or not: the owner hands it to the attestor and to nobody else. */
export interface FacetOpening {
  readonly datasetId: string;
  readonly version: bigint;
  readonly leaves: readonly FacetLeaf[];
}

/**
 * The tree of a dataset's version, from the wallet's root secret. Equal input gives an equal tree, whatever the order of
 * the facets; one that is given twice counts once.
 */
export function facetTree(
  root: Uint8Array,
  datasetId: string,
  version: bigint,
  facets: readonly Facet[],
): FacetOpening {
  if (root.length < minSecret) throw new Fault("internal", "bad-length");
  const used = usedLeaves(facets);
  if (used.length > facetLeaves) throw new Fault("usage", "too-many-facets");
  const of = Transcript.of("volens/facets/v1").bytes(parseId(datasetId)).uint(version);
  const leaves: FacetLeaf[] = Array.from({ length: facetLeaves }, (_, i) => ({
    code: "",
    level: 0,
    value: "",
    salt: expand(undefined, root, of.text("salt").uint(i), saltSize),
  }));
  const places = permutation(root, of);
  for (const [i, leaf] of used.entries()) {
    const at = places[i] ?? 0;
    leaves[at] = { ...leaf, salt: leaves[at]?.salt ?? new Uint8Array(0) };
  }
  return { datasetId, version, leaves };
}

/** What stands on chain for the tree. */
export function facetsRoot(opening: FacetOpening): Bytes {
  return merkleRoot(opening.leaves.map(facetLeafHash));
}

/** The hash of one leaf. */
export function facetLeafHash(leaf: FacetLeaf): Bytes {
  if (leaf.code === "") return leafHash(Transcript.of("facet-unused").bytes(leaf.salt).encode());
  return leafHash(Transcript.of("facet").text(leaf.code).uint(leaf.level).text(leaf.value).bytes(leaf.salt).encode());
}

/** The opening as JSON, to the byte as the command line writes it. */
export function encodeOpening(opening: FacetOpening): Bytes {
  const leaves = opening.leaves.map(({ code, level, value, salt }) => ({
    ...(code === "" ? {} : { code, level, value }),
    salt: toBase64(salt),
  }));
  const { datasetId, version } = opening;
  return utf8(JSON.stringify({ codebook, dataset_id: datasetId, version: Number(version), leaves }));
}

/** Reads an opening. Throws an integrity Fault `bad-opening` for anything that is not one of a whole tree. */
export function parseOpening(text: string): FacetOpening {
  try {
    const raw: unknown = JSON.parse(text);
    const { codebook: name, dataset_id, version, leaves, ...rest } = raw as Record<string, unknown>;
    const wellFormed =
      name === codebook &&
      typeof dataset_id === "string" &&
      Number.isSafeInteger(version) &&
      Array.isArray(leaves) &&
      leaves.length === facetLeaves &&
      Object.keys(rest).length === 0;
    if (wellFormed) return { datasetId: dataset_id, version: BigInt(version as number), leaves: leaves.map(parseLeaf) };
  } catch {
    // Refused below.
  }
  throw new Fault("integrity", "bad-opening");
}

/**
 * The attestor's check: the opening is of this version, gives the root that stands on chain, and holds every facet found
 * in the payload on every level. Beside them it may hold only what no payload shows and its owner declares. Throws an
 * integrity Fault `bad-opening`.
 */
export function checkOpening(
  opening: FacetOpening,
  root: Uint8Array,
  datasetId: string,
  version: bigint,
  found: readonly Facet[],
): void {
  const declared = opening.leaves.filter(
    (leaf) => declaredCodes.includes(leaf.code) && leaf.level === levelsOf(leaf.code),
  );
  const want = usedLeaves([...found, ...declared]).map(text);
  const have = opening.leaves
    .filter((leaf) => leaf.code !== "")
    .sort(compareLeaves)
    .map(text);
  const holds =
    opening.datasetId === datasetId &&
    opening.version === version &&
    equal(facetsRoot(opening), root) &&
    want.length === have.length &&
    want.every((leaf, i) => leaf === have[i]);
  if (!holds) throw new Fault("integrity", "bad-opening");
}

function parseLeaf(raw: unknown): FacetLeaf {
  const { code = "", level = 0, value = "", salt, ...rest } = raw as Record<string, unknown>;
  const leaf = { code: String(code), level: Number(level), value: String(value), salt: fromBase64(String(salt)) };
  const unused = leaf.code === "" && leaf.level === 0 && leaf.value === "";
  const fits = unused || (leaf.level >= 1 && leaf.level <= levelsOf(leaf.code));
  if (!fits || leaf.salt.length !== saltSize || Object.keys(rest).length > 0)
    throw new Fault("integrity", "bad-opening");
  return leaf;
}

type Used = Omit<FacetLeaf, "salt">;

// usedLeaves gives the leaves of facets in a fixed order, each once. Of a code with too many values the first stay.
function usedLeaves(facets: readonly Facet[]): Used[] {
  const sorted = unique(facets.map(({ code, value }) => ({ code, level: 0, value })).sort(compareLeaves));
  const count = new Map<string, number>();
  const leaves: Used[] = [];
  for (const facet of sorted) {
    const values = generalise(facet);
    const n = (count.get(facet.code) ?? 0) + 1;
    count.set(facet.code, n);
    if (n > maxFacets) continue;
    for (const [i, value] of values.entries()) leaves.push({ code: facet.code, level: i + 1, value });
  }
  return unique(leaves.sort(compareLeaves));
}

function unique(sorted: readonly Used[]): Used[] {
  return sorted.filter((leaf, i) => i === 0 || text(leaf) !== text(sorted[i - 1]));
}

function text(leaf: Used | undefined): string {
  return leaf === undefined ? "" : `${leaf.code}\n${leaf.level}\n${leaf.value}`;
}

// Codes and values are ASCII, so that the order of code units is that of bytes.
function compareLeaves(a: Used, b: Used): number {
  return compare(a.code, b.code) || compare(a.level, b.level) || compare(a.value, b.value);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : Number(a > b);
}

// permutation orders the places of the tree by a pseudorandom key of 16 bytes each.
function permutation(root: Uint8Array, of: Transcript): number[] {
  const size = 16;
  const keys = expand(undefined, root, of.text("order"), facetLeaves * size);
  const key = (i: number) => keys.subarray(i * size, (i + 1) * size);
  return Array.from({ length: facetLeaves }, (_, i) => i).sort((a, b) => compareBytes(key(a), key(b)));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const order = (a[i] ?? 0) - (b[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

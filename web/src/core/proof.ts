import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, utf8 } from "./bytes";
import {
  badProof,
  type Existence,
  type InnerOp,
  type LeafOp,
  MAX_DEPTH,
  type NonExistence,
  readCommitment,
} from "./ics23wire";

/** How a tree is built, for binary trees over SHA-256 (ICS-23). Lengths are in bytes. */
interface Spec {
  readonly minPrefix: number;
  readonly maxPrefix: number;
  readonly childSize: number;
  /** The prefixes hold height, size and version of a node. */
  readonly iavl: boolean;
}

/** The trees of stores, and the tree over the stores' roots. */
const iavl: Spec = { minPrefix: 4, maxPrefix: 12, childSize: 33, iavl: true };
const simple: Spec = { minPrefix: 1, maxPrefix: 1, childSize: 32, iavl: false };

const SHA256 = 1;
const NO_HASH = 0;
const VAR_PROTO = 1;
const LEAF_PREFIX = 0;

/** The two steps of a proof: of a key in its store, and of the store in the app hash. Each is an ICS-23 commitment proof. */
export type Steps = readonly [Uint8Array, Uint8Array];

/**
 * Checks that a key of a store has a value, or none when `value` is undefined, in the state with an app hash. The app
 * hash of a state stands in the header one block above. Twin of Go's `chain.VerifyProof`. Anything that does not hold is
 * an integrity Fault `bad-proof`. An empty value cannot be proven.
 */
export function verifyProof(
  steps: Steps,
  store: string,
  key: Uint8Array,
  value: Uint8Array | undefined,
  appHash: Uint8Array,
): void {
  const root = proven(steps[0], iavl, key, value);
  if (appHash.length !== 32 || !equal(proven(steps[1], simple, utf8(store), root), appHash)) throw badProof();
}

/** The root that a proof of a value, or of its absence, leads to. */
function proven(raw: Uint8Array, spec: Spec, key: Uint8Array, value: Uint8Array | undefined): Bytes {
  const proof = readCommitment(raw);
  if (key.length === 0) throw badProof();
  if (value === undefined) {
    if (proof.kind !== "nonexist" || !equal(proof.nonexist.key, key)) throw badProof();
    return absent(proof.nonexist, spec, key);
  }
  if (proof.kind !== "exist" || !equal(proof.exist.key, key) || !equal(proof.exist.value, value)) throw badProof();
  return rootOf(proof.exist, spec);
}

/** The root that the way of one leaf leads to, if it keeps to the specification. */
function rootOf({ key, value, leaf, path }: Existence, spec: Spec): Bytes {
  if (leaf === undefined || key.length === 0 || value.length === 0 || path.length > MAX_DEPTH) throw badProof();
  checkLeaf(leaf, spec);
  const hashed = sha256(value);
  let hash = sha256(concat(leaf.prefix, lengthOf(key), key, lengthOf(hashed), hashed));
  path.forEach((step, i) => {
    checkInner(step, spec, i + 1);
    hash = sha256(concat(step.prefix, hash, step.suffix));
  });
  return hash;
}

function checkLeaf(leaf: LeafOp, spec: Spec): void {
  const form = leaf.hash === SHA256 && leaf.prehashKey === NO_HASH && leaf.prehashValue === SHA256;
  if (!form || leaf.length !== VAR_PROTO || leaf.prefix[0] !== LEAF_PREFIX) throw badProof();
  if (spec.iavl && iavlRest(leaf.prefix, 0) !== 0) throw badProof();
  // The reference takes any rest here; the trees over stores have none.
  if (!spec.iavl && leaf.prefix.length !== 1) throw badProof();
}

function checkInner({ hash, prefix, suffix }: InnerOp, spec: Spec, layer: number): void {
  if (hash !== SHA256 || prefix[0] === LEAF_PREFIX) throw badProof();
  if (spec.iavl && ![1, 34].includes(iavlRest(prefix, layer))) throw badProof();
  // Stricter than the reference, which leaves open from which side a step comes when nothing is absent.
  if (branchOf({ hash, prefix, suffix }, spec) === undefined) throw badProof();
}

/** How many bytes follow height, size and version in the prefix of an IAVL node; the height must be `least` or more. */
function iavlRest(prefix: Uint8Array, least: number): number {
  let at = 0;
  for (let i = 0; i < 3; i++) {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = prefix[at++];
      if (byte === undefined || shift > 63n) throw badProof();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    // Zigzag: odd numbers are negative.
    if (value >= 1n << 64n || (value & 1n) === 1n || (i === 0 && value >> 1n < BigInt(least))) throw badProof();
  }
  return prefix.length - at;
}

/** A length as protobuf writes it before bytes. */
function lengthOf(bytes: Uint8Array): Bytes {
  const out: number[] = [];
  let rest = bytes.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...out, rest]);
}

/** The root that the neighbours of a missing key lead to, if nothing can stand between them. */
function absent({ left, right }: NonExistence, spec: Spec, key: Uint8Array): Bytes {
  if (left !== undefined && compare(left.key, key) >= 0) throw badProof();
  if (right !== undefined && compare(key, right.key) >= 0) throw badProof();
  const leftRoot = left && rootOf(left, spec);
  const rightRoot = right && rootOf(right, spec);
  if (left === undefined && right !== undefined && rightRoot !== undefined) {
    if (!outermost(right.path, spec, 0)) throw badProof();
    return rightRoot;
  }
  if (right === undefined && left !== undefined && leftRoot !== undefined) {
    if (!outermost(left.path, spec, 1)) throw badProof();
    return leftRoot;
  }
  if (left === undefined || right === undefined || leftRoot === undefined || rightRoot === undefined) throw badProof();
  if (!equal(leftRoot, rightRoot) || !neighbours(left.path, right.path, spec)) throw badProof();
  return leftRoot;
}

/** Which child a step goes up from: 0 the left one, 1 the right one; undefined if the step has the form of neither. */
function branchOf({ prefix, suffix }: InnerOp, { minPrefix, maxPrefix, childSize }: Spec): 0 | 1 | undefined {
  const fits = (before: number) => prefix.length >= before + minPrefix && prefix.length <= before + maxPrefix;
  if (fits(0) && suffix.length === childSize) return 0;
  return fits(childSize) && suffix.length === 0 ? 1 : undefined;
}

/** Whether a way goes up the tree's border all the time. */
function outermost(path: readonly InnerOp[], spec: Spec, branch: 0 | 1): boolean {
  return path.every((step) => branchOf(step, spec) === branch);
}

/** Whether the leaf of one way stands right before the leaf of the other. */
function neighbours(left: readonly InnerOp[], right: readonly InnerOp[], spec: Spec): boolean {
  let i = left.length - 1;
  let j = right.length - 1;
  for (; i >= 0 && j >= 0; i--, j--) {
    const a = left[i];
    const b = right[j];
    if (a === undefined || b === undefined) return false;
    if (equal(a.prefix, b.prefix) && equal(a.suffix, b.suffix)) continue;
    const apart = branchOf(a, spec) === 0 && branchOf(b, spec) === 1;
    return apart && outermost(left.slice(0, i), spec, 1) && outermost(right.slice(0, j), spec, 0);
  }
  return false;
}

/** Orders byte strings as the trees do. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

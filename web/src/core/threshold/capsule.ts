import { type Bytes, equal, randomBytes, wipe } from "../bytes";
import { Fault } from "../fault";
import { parseId } from "../ids";
import { Transcript } from "../transcript";
import { base, decodePoint, encodePoint, pointSize, wideScalar } from "./group";
import { addressSize, expand, type Key } from "./key";
import { proofSize, prove, verify } from "./proof";

/** The length of the key that wraps a file key, in bytes. */
export const wrapKeySize = 32;
const digestSize = 32;

/** What a capsule is bound to: whose dataset it opens, and which bytes. */
export interface CapsuleContext {
  /** In hex. */
  readonly datasetId: string;
  readonly version: bigint;
  /** 20 bytes. */
  readonly owner: Uint8Array;
  /** Of the sealed file, 32 bytes each. */
  readonly sha256: Uint8Array;
  readonly treeRoot: Uint8Array;
  /** The capsule's point. */
  readonly u: Uint8Array;
  /** SHA-256 of the stanza's body. */
  readonly bodySha256: Uint8Array;
  /** The encoded transcript "gate". */
  readonly gate: Uint8Array;
  readonly facetsRoot: Uint8Array;
}

/** The context item of a capsule's proof. Throws a usage Fault `bad-length`. */
export function capsuleContext(c: CapsuleContext): Transcript {
  check(c.owner, addressSize);
  for (const digest of [c.sha256, c.treeRoot, c.bodySha256, c.facetsRoot]) check(digest, digestSize);
  check(c.u, pointSize);
  if (c.gate.length === 0) throw new Fault("usage", "bad-length");
  const t = Transcript.of("capsule-ctx").bytes(parseId(c.datasetId)).uint(c.version);
  return t.bytes(c.owner, c.sha256, c.treeRoot, c.u, c.bodySha256, c.gate, c.facetsRoot);
}

/** A freshly drawn secret that is shared with the committee. It serves one file; call zero when the proof is made. */
export class Encapsulation {
  readonly #key: Key;
  #r: bigint;
  /** U = rG, public. */
  readonly u: Bytes;
  readonly #shared: Bytes;

  /** Draws r from 64 random bytes, which are overwritten. */
  constructor(key: Key, random: Uint8Array = randomBytes(2 * pointSize)) {
    this.#key = key;
    this.#r = wideScalar(random);
    wipe(random);
    if (this.#r === 0n) throw new Fault("internal", "bad-nonce");
    this.u = encodePoint(base(this.#r));
    this.#shared = encodePoint(key.point.multiply(this.#r));
  }

  /** The key that wraps the file key, from R and from the gateways' half g: either half alone keeps it secret. */
  wrapKey(datasetId: string, half: Uint8Array): Bytes {
    return wrapKey(this.#key, this.#shared, half, datasetId, this.u);
  }

  /** Binds the capsule to its context: 128 bytes. Throws `bad-proof` when the context names another u. */
  prove(context: CapsuleContext, fresh?: Uint8Array): Bytes {
    if (this.#r === 0n) throw new Fault("usage", "capsule-used");
    if (!equal(context.u, this.u)) throw new Fault("usage", "bad-proof");
    return prove(this.#key, "capsule", capsuleContext(context), this.#r, fresh);
  }

  /** Erases what can be erased. The capsule proves nothing afterwards. */
  zero(): void {
    this.#r = 0n;
    wipe(this.#shared);
  }
}

/** Checks the proof of a capsule. Throws an integrity Fault. */
export function verifyCapsule(key: Key, context: CapsuleContext, proof: Uint8Array): void {
  check(proof, proofSize);
  verify(key, "capsule", capsuleContext(context), context.u, proof);
}

/** The wrap key from xU (see recover), the gateways' half, the dataset's id in hex and U. */
export function wrapKeyFromShared(
  key: Key,
  shared: Uint8Array,
  half: Uint8Array,
  datasetId: string,
  u: Uint8Array,
): Bytes {
  decodePoint(shared);
  decodePoint(u);
  return wrapKey(key, shared, half, datasetId, u);
}

function wrapKey(key: Key, shared: Uint8Array, half: Uint8Array, datasetId: string, u: Uint8Array): Bytes {
  return expand(half, shared, key.transcript("wrap").bytes(parseId(datasetId), u), wrapKeySize);
}

function check(value: Uint8Array, size: number): void {
  if (value.length !== size) throw new Fault("usage", "bad-length");
}

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal } from "./bytes";
import { Fault } from "./fault";

/** The size of a leaf of the tree over a sealed file in bytes. */
export const leafSize = 1 << 20;

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** The hash of a leaf: SHA-256 of 0x00 and its bytes (RFC 6962, section 2.1). */
export function leafHash(data: Uint8Array): Bytes {
  return sha256(concat(leafPrefix, data));
}

/** The hash of a node: SHA-256 of 0x01 and both halves. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(concat(nodePrefix, left, right));
}

/** The root over the hashes of leaves, in their order. */
export function merkleRoot(leaves: readonly Uint8Array[]): Bytes {
  const builder = new TreeBuilder();
  for (const leaf of leaves) builder.append(leaf);
  return builder.root();
}

/** A tree that grows leaf by leaf, in the memory of one hash a level. */
export class TreeBuilder {
  #size = 0;
  /** The roots of the perfect subtrees, the largest first: one for each bit that is set in the size. */
  readonly #stack: Uint8Array[] = [];

  /** Adds the hash of the next leaf. */
  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(this.#stack.pop() ?? hash, hash);
    }
    this.#stack.push(hash);
    this.#size++;
  }

  /** The root over the leaves so far. */
  root(): Bytes {
    const hashes = [...this.#stack];
    let hash = hashes.pop();
    if (hash === undefined) return sha256(new Uint8Array(0));
    for (let left = hashes.pop(); left !== undefined; left = hashes.pop()) hash = nodeHash(left, hash);
    return Uint8Array.from(hash);
  }
}

/** The tree over a stream of bytes, cut into leaves. Leaves are hashed by Web Crypto while the stream goes on. */
export class TreeStream {
  readonly #builder = new TreeBuilder();
  readonly #leafSize: number;
  /** The prefix and the bytes of the leaf; Web Crypto takes a copy of it. */
  readonly #leaf: Bytes;
  #used = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(size: number = leafSize) {
    if (!Number.isInteger(size) || size < 1) throw new Fault("internal", "bad-length");
    this.#leafSize = size;
    this.#leaf = new Uint8Array(1 + size);
  }

  /** Adds bytes. Wait for it before the next call: so no more than two leaves are held. */
  async add(data: Uint8Array): Promise<void> {
    for (let rest = data; rest.length > 0; ) {
      const part = rest.subarray(0, this.#leafSize - this.#used);
      this.#leaf.set(part, 1 + this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
      if (this.#used === this.#leafSize) await this.#hash();
    }
  }

  /** Ends the stream and gives the root. */
  async root(): Promise<Bytes> {
    if (this.#used > 0) await this.#hash();
    await this.#last;
    return this.#builder.root();
  }

  async #hash(): Promise<void> {
    await this.#last;
    const digest = crypto.subtle.digest("SHA-256", this.#leaf.subarray(0, 1 + this.#used));
    this.#last = digest.then((hash) => this.#builder.append(new Uint8Array(hash)));
    this.#last.catch(() => {}); // Told by the next call.
    this.#used = 0;
  }
}

/**
 * Checks that the leaf with a hash stands at `index` of the tree with `size` leaves and this root (RFC 6962, section
 * 2.1.1). Throws an integrity Fault `bad-inclusion`.
 */
export function verifyInclusion(
  root: Uint8Array,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): void {
  const computed = index < size ? rootOf(leaf, index, size, path) : undefined;
  if (computed === undefined || !equal(computed, root)) throw new Fault("integrity", "bad-inclusion");
}

// rootOf goes up from a leaf; nothing if the path has another length than it must have.
function rootOf(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array | undefined {
  const siblings = [...path];
  let hash = leaf;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 0 && at === last) continue; // No sibling at the tree's right border.
    const sibling = siblings.shift();
    if (sibling === undefined) return undefined;
    hash = at % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  return siblings.length === 0 ? hash : undefined;
}

import { Fault } from "../core/fault";
import { type LightBlock, timeOf } from "../core/light";
import { type Steps, verifyProof } from "../core/proof";
import type { StateKey } from "../core/statekeys";
import type { Light } from "./light";
import type { Node } from "./node";

/** A value of the state, or its absence, that a node proved. Worth nothing before {@link checkProof}. */
export interface Proof extends StateKey {
  readonly chainId: string;
  /** Of the block after which the state is proven; its app hash stands in the header above. */
  readonly height: bigint;
  /** Undefined says that there is none. */
  readonly value: Uint8Array<ArrayBuffer> | undefined;
  readonly steps: Steps;
}

/** A proof that was verified against a verified header. */
export interface Proven extends Proof {
  readonly header: LightBlock;
  /** Time of the header, in milliseconds since 1970. */
  readonly time: number;
}

/** Choices of a proof. */
export interface ProveOptions {
  /**
   * The state after this block; the newest that can be proven if not given, which must be of now. Nodes forget old ones.
   */
  readonly height?: bigint;
}

const STEPS = ["ics23:iavl", "ics23:simple"] as const;
/** The first height whose state a node proves. */
const MIN_HEIGHT = 2n;

/**
 * A value of the chain's state, or its absence, verified: by an ICS-23 proof up to the app hash, and by a header that the
 * chain's validators signed. What does not hold is an integrity Fault.
 */
export async function prove(light: Light, store: string, key: Uint8Array, options: ProveOptions = {}): Promise<Proven> {
  const [proven] = await proveAll(light, [{ store, key: Uint8Array.from(key) }], options);
  if (proven === undefined) throw new Fault("internal", "internal");
  return proven;
}

/** As {@link prove} for several keys, all in the same state. */
export async function proveAll(
  light: Light,
  keys: readonly StateKey[],
  options: ProveOptions = {},
): Promise<readonly Proven[]> {
  const { height: newest, chainId } = await light.node.status();
  const height = options.height ?? newest - 1n;
  if (height < MIN_HEIGHT) throw new Fault("unavailable", "height-unknown");
  const proofs = await Promise.all(keys.map((key) => fetchProof(light.node, chainId, key, height)));
  const header = await light.header(height + 1n);
  if (options.height === undefined) light.mustBeNew(header);
  return proofs.map((proof) => {
    checkProof(proof, header);
    return { ...proof, header, time: timeOf(header) };
  });
}

/** Checks a proof against a header that the caller trusts: of the same chain, one block above. */
export function checkProof(proof: Proof, { header }: LightBlock): void {
  if (header.chainId !== proof.chainId || header.height !== proof.height + 1n) {
    throw new Fault("integrity", "bad-proof");
  }
  verifyProof(proof.steps, proof.store, proof.key, proof.value, header.appHash);
}

/** Asks a node for a proof. The answer is checked for form only. */
async function fetchProof(node: Node, chainId: string, { store, key }: StateKey, height: bigint): Promise<Proof> {
  const answer = await node.query(`/store/${store}/key`, key, height, true);
  if (answer.code !== 0) throw new Fault("unavailable", "no-proof", { message: answer.log });
  const [first, second, ...more] = answer.proof;
  const formed = first?.type === STEPS[0] && second?.type === STEPS[1] && more.length === 0;
  if (!formed || answer.height !== height) throw new Fault("integrity", "bad-proof");
  const value = answer.value.length === 0 ? undefined : answer.value;
  return { chainId, height, store, key, value, steps: [first.data, second.data] };
}

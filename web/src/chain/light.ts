import { asFault, Fault } from "../core/fault";
import { JsonReader } from "../core/json";
import {
  type Anchor,
  anchorOf,
  expired,
  isAnchor,
  type LightBlock,
  readLightBlock,
  type Trusting,
  timeOf,
  verifyBelow,
  verifyNext,
} from "../core/light";
import type { Node } from "./node";
import { RpcFault } from "./rpc";

/** What a light client begins from. Times in milliseconds. */
export interface LightOptions {
  readonly node: Node;
  /** The header that is trusted: told by somebody, or kept from an earlier visit. */
  readonly anchor: Anchor;
  /** How long a header can be trusted; 14 days if not given, as Go's client. */
  readonly period?: number;
  /** How far a header may be ahead of the device's clock; a minute if not given. */
  readonly drift?: number;
  /** How old the newest header may be; ten minutes if not given. */
  readonly age?: number;
  /** The clock; the device's if not given. */
  readonly now?: () => number;
}

const PERIOD = 14 * 24 * 60 * 60_000;
const DRIFT = 60_000;
const AGE = 10 * 60_000;
const PAGE = 100;
const MAX_PAGES = 100;
/** How many headers are looked at between two that do not lead to one another. */
const MAX_STEPS = 200;
/** How far back a header is followed by the hashes of blocks. */
const MAX_BACK = 1_000n;
const MAX_KEPT = 400;

/**
 * A light client: it believes a header if validators that it knows from a trusted one signed it (CometBFT's skipping
 * verification, a third of the known power and two thirds of the new). It keeps what it verified in memory.
 *
 * Faults: integrity for what was shown and does not hold (`bad-header`, `header-expired`, `header-of-future`);
 * `unavailable` with `height-unknown` for a height that does not exist yet; `not-found` with `height-forgotten` for one
 * that the node has no more.
 */
export class Light {
  readonly node: Node;
  readonly #options: LightOptions;
  readonly #kept = new Map<bigint, LightBlock>();
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: LightOptions) {
    this.node = options.node;
    this.#options = options;
  }

  /** The header of a height, verified. */
  header(height: bigint): Promise<LightBlock> {
    return this.#alone(() => this.#header(height));
  }

  /** The newest header, verified. */
  latest(): Promise<LightBlock> {
    return this.#alone(async () => this.#header((await this.node.status()).height));
  }

  /**
   * Whether a header is of now. A true one of last week is no lie in itself, but what stands in its state may be over: a
   * key, an accreditation, that nobody opened a dataset. An old one is an unavailable Fault `header-old`.
   */
  mustBeNew(block: LightBlock): void {
    const { now = Date.now, age = AGE } = this.#options;
    if (timeOf(block) + age < now()) throw new Fault("unavailable", "header-old");
  }

  /** The newest header that was verified, to begin from at the next visit. */
  async trusted(): Promise<Anchor> {
    return this.#alone(async () => {
      const newest = heightsOf(await this.#begun()).at(-1) ?? 0n;
      const block = this.#kept.get(newest);
      return block === undefined ? this.#options.anchor : anchorOf(block);
    });
  }

  /** One piece of work at a time: later ones use what earlier ones verified. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#work.then(work, work);
    this.#work = mine.catch(() => undefined);
    return mine;
  }

  /** What is verified; the anchor is the first. */
  async #begun(): Promise<Map<bigint, LightBlock>> {
    if (this.#kept.size === 0) {
      const { anchor } = this.#options;
      const block = await fetchBlock(this.node, anchor.height);
      isAnchor(block, anchor);
      if (expired(block, this.#trusting())) throw new Fault("integrity", "header-expired");
      this.#kept.set(anchor.height, block);
    }
    return this.#kept;
  }

  async #header(height: bigint): Promise<LightBlock> {
    const kept = await this.#begun();
    const known = kept.get(height);
    if (known !== undefined) return known;
    const heights = heightsOf(kept);
    const below = heights.findLast((at) => at < height);
    const from = below === undefined ? undefined : kept.get(below);
    if (from !== undefined) return this.#forward(from, await fetchBlock(this.node, height));
    const above = kept.get(heights[0] ?? 0n);
    if (above === undefined) throw new Fault("internal", "internal");
    return this.#back(above, height);
  }

  /** Verifies a later block, by those between where too few known validators signed it. */
  async #forward(from: LightBlock, target: LightBlock): Promise<LightBlock> {
    let trusted = from;
    const ahead = [target];
    for (let step = 0; step < MAX_STEPS; step++) {
      const next = ahead.at(-1);
      if (next === undefined) return target;
      if (verifyNext(trusted, next, this.#trusting()) === "trusted") {
        this.#keep(next);
        trusted = next;
        ahead.pop();
      } else {
        const middle = (trusted.header.height + next.header.height) / 2n;
        ahead.push(await fetchBlock(this.node, middle));
      }
    }
    throw new Fault("unavailable", "header-far");
  }

  /** Verifies an earlier block by the hashes that lead to it. */
  async #back(from: LightBlock, height: bigint): Promise<LightBlock> {
    if (from.header.height - height > MAX_BACK) throw new Fault("unavailable", "header-far");
    let trusted = from;
    while (trusted.header.height > height) {
      const below = await fetchBlock(this.node, trusted.header.height - 1n);
      verifyBelow(trusted, below);
      trusted = below;
    }
    this.#keep(trusted);
    return trusted;
  }

  #keep(block: LightBlock): void {
    this.#kept.set(block.header.height, block);
    for (const height of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) return;
      if (height !== this.#options.anchor.height) this.#kept.delete(height);
    }
  }

  #trusting(): Trusting {
    const { now = Date.now, period = PERIOD, drift = DRIFT } = this.#options;
    return { now: now(), period, drift };
  }
}

function heightsOf(kept: ReadonlyMap<bigint, LightBlock>): bigint[] {
  return [...kept.keys()].sort((a, b) => (a < b ? -1 : 1));
}

/**
 * The newest header by the node's word: what a first visit begins from when nobody has told a header. From then on the
 * node, or a gateway that stands in for one, can show no other chain. Keep it, and compare it with others'.
 */
export async function firstAnchor(node: Node): Promise<Anchor> {
  return anchorOf(await fetchBlock(node, (await node.status()).height));
}

/** Fetches a header with its validators. It is signed; by whom is the node's word. */
export async function fetchBlock(node: Node, height: bigint): Promise<LightBlock> {
  const at = { height: height.toString() };
  const [commit, first] = await Promise.all([
    node.rpc.call("commit", at).catch(raise),
    node.rpc.call("validators", { ...at, page: "1", per_page: `${PAGE}` }).catch(raise),
  ]);
  const { list, total } = page(first);
  for (let number = 2; list.length < total && number <= MAX_PAGES; number++) {
    const more = page(
      await node.rpc.call("validators", { ...at, page: `${number}`, per_page: `${PAGE}` }).catch(raise),
    );
    if (more.list.length === 0) break;
    list.push(...more.list);
  }
  const block = readLightBlock(commit, list);
  const chainId = await node.chainId();
  if (block.header.height !== height || block.header.chainId !== chainId) throw new Fault("integrity", "bad-header");
  return block;
}

function page(answer: unknown): { list: unknown[]; total: number } {
  const reader = new JsonReader(answer, "bad-header", "integrity");
  const list = reader.value("validators");
  if (!Array.isArray(list)) throw new Fault("integrity", "bad-header");
  return { list: [...list], total: Number(reader.long("total")) };
}

/** Turns CometBFT's words into Faults. */
function raise(thrown: unknown): never {
  if (thrown instanceof RpcFault) {
    if (thrown.words.includes("must be less than or equal to")) throw new Fault("unavailable", "height-unknown");
    if (/is not available|could not find/.test(thrown.words)) throw new Fault("not-found", "height-forgotten");
  }
  throw asFault(thrown);
}

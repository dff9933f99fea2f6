/** The header that proofs begin from, kept on this device from visit to visit. Twin of Go's `trust.go`. */
import { firstAnchor, Light } from "../chain/light";
import type { Node } from "../chain/node";
import { proveAll } from "../chain/proof";
import { fromUtf8, utf8 } from "../core/bytes";
import { Fault } from "../core/fault";
import type { Anchor } from "../core/light";
import type { Prover } from "./prover";
import type { Vault } from "./vault";

/** What is kept about trust: the header, and whether the person named it or the first visit took it from the node. */
export interface Trusted {
  readonly anchor: Anchor;
  readonly named: boolean;
}

const note = "trust";

/**
 * A light client whose trusted header outlives the page. On a first visit it is the newest header by the node's word, and
 * the person can name a better one; from then on no other chain can be shown.
 */
export class Trust {
  readonly #node: Node;
  readonly #vault: Pick<Vault, "keep" | "kept">;
  #light: Promise<{ light: Light; named: boolean }> | undefined;

  constructor(node: Node, vault: Pick<Vault, "keep" | "kept">) {
    this.#node = node;
    this.#vault = vault;
  }

  /** Proves values against headers that are verified from the trusted one, and trusts the newest of them from then on. */
  readonly prove: Prover = async (keys) => {
    const { light, named } = await this.#begin();
    const proofs = await proveAll(light, keys);
    await this.#keep({ anchor: await light.trusted(), named });
    return proofs;
  };

  /** The header that is trusted now. */
  async trusted(): Promise<Trusted> {
    const { light, named } = await this.#begin();
    return { anchor: await light.trusted(), named };
  }

  /** Trusts a header that the person names as HEIGHT:HASH. One that the chain does not have is refused, and nothing changes. */
  async name(text: string): Promise<void> {
    const anchor = parseAnchor(text);
    const light = new Light({ node: this.#node, anchor });
    await light.latest();
    await this.#keep({ anchor, named: true });
    this.#light = Promise.resolve({ light, named: true });
  }

  /** Forgets what was read of this device: when the vault locks. */
  forget(): void {
    this.#light = undefined;
  }

  #begin(): Promise<{ light: Light; named: boolean }> {
    this.#light ??= this.#read();
    this.#light.catch(() => this.forget());
    return this.#light;
  }

  async #read(): Promise<{ light: Light; named: boolean }> {
    const bytes = await this.#vault.kept(note);
    const { anchor, named } = bytes
      ? parseTrusted(fromUtf8(bytes))
      : { anchor: await firstAnchor(this.#node), named: false };
    return { light: new Light({ node: this.#node, anchor }), named };
  }

  #keep({ anchor, named }: Trusted): Promise<void> {
    return this.#vault.keep(note, utf8(`${named ? "named" : "met"} ${anchorText(anchor)}`));
  }
}

/** A header as HEIGHT:HASH, the form of the command line's configuration. */
export function anchorText({ height, hash }: Anchor): string {
  return `${height}:${hash.toUpperCase()}`;
}

/** Reads HEIGHT:HASH; a usage Fault `bad-anchor` for anything else. */
export function parseAnchor(text: string): Anchor {
  const [, height = "", hash = ""] = /^([1-9]\d{0,18}):([0-9A-Fa-f]{64})$/.exec(text.trim()) ?? [];
  if (height === "") throw new Fault("usage", "bad-anchor");
  return { height: BigInt(height), hash: hash.toLowerCase() };
}

function parseTrusted(text: string): Trusted {
  const [how, anchor = ""] = text.split(" ");
  if (how !== "named" && how !== "met") throw new Fault("integrity", "vault-damaged");
  return { anchor: parseAnchor(anchor), named: how === "named" };
}

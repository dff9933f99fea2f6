/** Who signs for a role: the words of this device, or an extension of the browser that the person chose. */
import { changeEvent, type Extension, isExtension } from "../chain/extensions";
import type { ChainOffer } from "../chain/keplr";
import type { Signer } from "../chain/signer";
import { fromUtf8 } from "../core/bytes";
import { Fault } from "../core/fault";
import { canonicalBytes } from "../core/jcs";
import type { Vault } from "./vault";

/** Who signs for the roles. */
export type Signing =
  | { readonly by: "loading" }
  /** Account 0 of the words. */
  | { readonly by: "words" }
  | {
      readonly by: Extension;
      /** Bech32 address of the account that was chosen in the extension. */
      readonly address: string;
      /** The extension has told that another account was chosen in it: nothing is signed until the person chose anew. */
      readonly changed: boolean;
    };

/** What surrounds the choice. */
export interface SigningParts {
  readonly vault: Pick<Vault, "state" | "subscribe" | "keep" | "kept" | "drop">;
  /** How an extension is told about the chain. */
  readonly offer: () => Promise<ChainOffer>;
  /** Where extensions stand; the page's own global object if not given. */
  readonly page?: EventTarget;
}

/** The note that remembers the choice. */
const note = "signing";

/**
 * The choice who signs for the roles. It holds for the words of the open vault and is kept with them; a patient's accounts
 * are never concerned. The extension itself is asked when something is to be signed, and each time which account it has.
 */
export class SigningChoice {
  readonly #parts: SigningParts;
  readonly #page: EventTarget;
  readonly #listeners = new Set<() => void>();
  #state: Signing = { by: "loading" };
  #signer: { readonly extension: Extension; readonly signer: Promise<Signer> } | undefined;
  #listening: (() => void) | undefined;

  constructor(parts: SigningParts) {
    this.#parts = parts;
    this.#page = parts.page ?? globalThis;
    let opened = "";
    const follow = () => {
      const state = parts.vault.state();
      const main = state.status === "open" ? state.main : "";
      if (main === opened) return;
      opened = main;
      this.#set({ by: "loading" });
      if (main !== "") void this.#load();
    };
    parts.vault.subscribe(follow);
    follow();
  }

  /** Who signs. The same object until it changes. */
  state(): Signing {
    return this.#state;
  }

  /** Calls back after every change; gives the function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Lets an extension sign from now on, by the account that is chosen in it. Faults: those of `ExtensionSigner.connect`
   * and of `accounts`.
   */
  async choose(extension: Extension): Promise<void> {
    this.#signer = undefined;
    const [account] = await (await this.#connected(extension)).accounts();
    if (account === undefined) throw new Fault("unavailable", "signer-locked");
    const { address } = account;
    await this.#parts.vault.keep(note, canonicalBytes({ extension, address }));
    this.#set({ by: extension, address, changed: false });
  }

  /** Lets the words of this device sign again. */
  async leave(): Promise<void> {
    await this.#parts.vault.drop(note);
    this.#set({ by: "words" });
  }

  /** The extension that signs for an address; undefined when the words do. */
  extensionOf(address: string): Extension | undefined {
    const state = this.#state;
    return "address" in state && state.address === address ? state.by : undefined;
  }

  /** The extension as a signer. It is connected when it is first needed. */
  signer(extension: Extension): Promise<Signer> {
    return this.#connected(extension);
  }

  async #load(): Promise<void> {
    const raw = await this.#parts.vault.kept(note).catch(() => undefined);
    if (this.#state.by === "loading") this.#set(raw === undefined ? { by: "words" } : read(raw));
  }

  #connected(extension: Extension): Promise<Signer> {
    if (this.#signer?.extension === extension) return this.#signer.signer;
    const signer = this.#connect(extension);
    this.#signer = { extension, signer };
    signer.catch(() => {
      this.#signer = undefined;
    });
    return signer;
  }

  async #connect(extension: Extension): Promise<Signer> {
    const [{ ExtensionSigner }, offer] = await Promise.all([import("../chain/keplr"), this.#parts.offer()]);
    return ExtensionSigner.connect(extension, offer, this.#page);
  }

  #set(state: Signing): void {
    this.#state = state;
    this.#listening?.();
    this.#listening = isExtension(state.by) ? this.#hear(state.by) : undefined;
    for (const listener of this.#listeners) listener();
  }

  /** Hears when another account is chosen in the extension. */
  #hear(extension: Extension): () => void {
    const heard = () => void this.#compare(extension);
    const event = changeEvent(extension);
    this.#page.addEventListener(event, heard);
    return () => this.#page.removeEventListener(event, heard);
  }

  async #compare(extension: Extension): Promise<void> {
    this.#signer = undefined;
    const accounts = await this.#connected(extension)
      .then((signer) => signer.accounts())
      .catch(() => []);
    const state = this.#state;
    if (state.by !== extension) return;
    const changed = !accounts.some(({ address }) => address === state.address);
    if (changed !== state.changed) this.#set({ ...state, changed });
  }
}

/** Reads the note; the words sign when it makes no sense. */
function read(raw: Uint8Array): Signing {
  try {
    const { extension, address } = JSON.parse(fromUtf8(raw)) as { extension?: unknown; address?: unknown };
    if (isExtension(extension) && typeof address === "string") return { by: extension, address, changed: false };
  } catch {
    // As if there were none.
  }
  return { by: "words" };
}

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, it } from "vitest";
import { addressOf } from "../core/address";
import { fromUtf8, utf8 } from "../core/bytes";
import { type Signing, SigningChoice } from "./signing";
import type { VaultState } from "./vault";

const keyOf = (seed: number) => {
  const publicKey = secp256k1.getPublicKey(new Uint8Array(32).fill(seed));
  return { publicKey, address: addressOf(publicKey) };
};
const offer = async () => ({
  ...{ chainId: "volens-1", chainName: "Volens", rpc: "https://g.example/chain", rest: "https://g.example/chain" },
  ...{ denom: "uvol", coin: "VOL", decimals: 6 },
});

/** A page with an extension in it whose account can be changed. */
class Page extends EventTarget {
  key = keyOf(1);
  asked = 0;
  constructor(name: "keplr" | "leap" = "keplr") {
    super();
    Object.assign(this, {
      [name]: {
        enable: async () => void this.asked++,
        getKey: async () => ({
          ...{ bech32Address: this.key.address, pubKey: this.key.publicKey },
          ...{ algo: "secp256k1", isNanoLedger: false },
        }),
      },
    });
  }
  /** The person chooses another account. */
  turn(seed: number, name = "keplr") {
    this.key = keyOf(seed);
    this.dispatchEvent(new Event(`${name}_keystorechange`));
  }
}

/** Notes of words, which open and lock. */
class Notes {
  readonly all = new Map<string, Uint8Array<ArrayBuffer>>();
  #listeners = new Set<() => void>();
  #state: VaultState = { status: "locked", methods: [] };
  state = () => this.#state;
  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  keep = async (name: string, value: Uint8Array) => void this.all.set(name, Uint8Array.from(value));
  kept = async (name: string) => this.all.get(name);
  drop = async (name: string) => void this.all.delete(name);
  turn(main: string) {
    this.#state =
      main === "" ? { status: "locked", methods: [] } : { status: "open", methods: [], main, backedUp: true };
    for (const listener of this.#listeners) listener();
  }
}

/** Waits until the choice is as it shall be. */
function until(choice: SigningChoice, wanted: (state: Signing) => boolean): Promise<Signing> {
  return new Promise((resolve) => {
    if (wanted(choice.state())) return resolve(choice.state());
    const end = choice.subscribe(() => {
      if (!wanted(choice.state())) return;
      end();
      resolve(choice.state());
    });
  });
}

async function open(vault = new Notes(), page = new Page()) {
  const choice = new SigningChoice({ vault, offer, page });
  expect(choice.state()).toEqual({ by: "loading" });
  vault.turn("volens1main");
  await until(choice, ({ by }) => by !== "loading");
  return { vault, page, choice };
}

describe("who signs for a role", () => {
  it("are the words, until an extension is chosen; and again when it is left", async () => {
    const { choice, page, vault } = await open();
    expect(choice.state()).toEqual({ by: "words" });
    await choice.choose("keplr");
    const { address } = page.key;
    expect(choice.state()).toEqual({ by: "keplr", address, changed: false });
    expect(choice.extensionOf(address)).toBe("keplr");
    expect(choice.extensionOf("volens1main")).toBeUndefined();
    expect(JSON.parse(fromUtf8(vault.all.get("signing") ?? new Uint8Array()))).toEqual({ extension: "keplr", address });
    await choice.leave();
    expect(choice.state()).toEqual({ by: "words" });
    expect(choice.extensionOf(address)).toBeUndefined();
    expect(vault.all.size).toBe(0);
  });

  it("is remembered with the words, and asks the extension only when it is needed", async () => {
    const first = await open();
    await first.choice.choose("keplr");
    const page = new Page();
    const { choice } = await open(first.vault, page);
    expect(choice.state()).toMatchObject({ by: "keplr", changed: false });
    expect(page.asked).toBe(0);
    const accounts = await (await choice.signer("keplr")).accounts();
    expect(accounts.map(({ address }) => address)).toEqual([page.key.address]);
    expect(page.asked).toBe(1);
  });

  it("is forgotten by the page when the words are locked", async () => {
    const { choice, vault } = await open();
    await choice.choose("keplr");
    vault.turn("");
    expect(choice.state()).toEqual({ by: "loading" });
  });

  it("tells that another account was chosen in the extension, until the old one is back", async () => {
    const { choice, page } = await open();
    await choice.choose("keplr");
    const { address } = page.key;
    page.turn(2);
    expect(await until(choice, (state) => "changed" in state && state.changed)).toMatchObject({ address });
    const accounts = await (await choice.signer("keplr")).accounts();
    expect(accounts[0]?.address).toBe(keyOf(2).address);
    page.turn(1);
    await until(choice, (state) => "changed" in state && !state.changed);
    page.turn(2);
    await until(choice, (state) => "changed" in state && state.changed);
    await choice.choose("keplr");
    expect(choice.state()).toEqual({ by: "keplr", address: keyOf(2).address, changed: false });
  });

  it("stays as it was when the extension is not there", async () => {
    const { choice, vault } = await open(new Notes(), new Page("leap"));
    await expect(choice.choose("keplr")).rejects.toMatchObject({ kind: "unavailable", code: "signer-gone" });
    expect(choice.state()).toEqual({ by: "words" });
    expect(vault.all.size).toBe(0);
  });

  it.each([["no JSON"], ['{"extension":"other","address":"volens1"}'], ['{"extension":"keplr"}'], ["null"]])(
    "are the words when the note is %s",
    async (text) => {
      const vault = new Notes();
      vault.all.set("signing", utf8(text));
      expect((await open(vault)).choice.state()).toEqual({ by: "words" });
    },
  );
});

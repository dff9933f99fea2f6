import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, it } from "vitest";
import { Node } from "../chain/node";
import type { Signer } from "../chain/signer";
import { nodeDouble, statusAnswer } from "../chain/testing/server";
import { addressOf } from "../core/address";
import { Depot } from "../storage/testing";
import { type SessionParts, Work } from "./session";

const origin = "https://gateway.example.org";
const publicKey = secp256k1.getPublicKey(new Uint8Array(32).fill(1));
/** An account of the words that an extension holds, too. */
const address = addressOf(publicKey);
const id = "0a".repeat(16);

/** Somebody whose extension was given the same words, and who was asked to sign. */
function both() {
  const asked: string[] = [];
  const signature = new Uint8Array(64);
  const vault = {
    accounts: async () => [{ name: "main", index: 0, used: true, address, publicKey }],
    signArbitrary: async () => {
      asked.push("words");
      return { publicKey, signature };
    },
  };
  const signer = {
    accounts: async () => [{ address, publicKey, mode: "direct" as const }],
    signArbitrary: async () => {
      asked.push("extension");
      return signature;
    },
  };
  let chosen = true;
  const depot = new Depot(origin);
  const node = new Node({ fetch: nodeDouble(() => statusAnswer("volens-1", 7)).fetch });
  const work = new Work({
    ...({ node, vault, sealer: {} } as unknown as Pick<SessionParts, "node" | "vault" | "sealer">),
    signing: {
      extensionOf: () => (chosen ? "keplr" : undefined),
      signer: async () => signer as Partial<Signer> as Signer,
    },
    confirm: async () => undefined,
    reach: { origin, fetch: depot.fetch, pause: 0 },
  });
  return { work, asked, depot, leave: () => (chosen = false) };
}

describe("a login at the gateway, by an account that the words and an extension both have,", () => {
  it("is the words' for a patient, and the extension's for a role", async () => {
    const { work, asked } = both();
    await work.person().depot.putHalf(address, id, new Uint8Array(3));
    expect(asked).toEqual(["words"]);
    await work.desk(address).gateway.half(id, 0n);
    expect(asked).toEqual(["words", "extension"]);
    await work.person().depot.putHalf(address, id, new Uint8Array(3));
    expect(asked).toHaveLength(2);
  });

  it("is the words' again for a role when the extension was left", async () => {
    const { work, asked, depot, leave } = both();
    await work.desk(address).gateway.half(id, 0n);
    leave();
    depot.tokens.clear();
    await work.desk(address).gateway.half(id, 0n);
    expect(asked).toEqual(["extension", "words"]);
  });
});

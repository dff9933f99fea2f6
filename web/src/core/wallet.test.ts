import { bech32 } from "@scure/base";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/wallet.json";
import { addressOf, encodeAddress, isAddress, parseAddress } from "./address";
import { fromHex, toHex, utf8 } from "./bytes";
import { codeOf, turned } from "./testing";
import { Accounts, isSignature, parsePhrase, phraseOf, seedOf } from "./wallet";

describe.each(vectors)("wallet of $entropy", (v) => {
  it("has Go's words and seed", () => {
    expect(phraseOf(fromHex(v.entropy))).toBe(v.words);
    expect(toHex(parsePhrase(`  ${v.words.toUpperCase().replaceAll(" ", "\n\t")} `))).toBe(v.entropy);
    expect(toHex(seedOf(fromHex(v.entropy)))).toBe(v.seed);
  });

  it.each(v.accounts)("has Go's account $index", (account) => {
    const key = new Accounts(fromHex(v.seed)).key(account.index);
    expect([toHex(key.publicKey), key.address]).toEqual([account.public_key, account.address]);
    const signature = key.sign(utf8(account.document));
    expect(toHex(signature)).toBe(account.signature);
    expect(isSignature(signature, utf8(account.document), key.publicKey)).toBe(true);
    expect(isSignature(signature, utf8(`${account.document}!`), key.publicKey)).toBe(false);
    expect(isSignature(turned(signature, 3), utf8(account.document), key.publicKey)).toBe(false);
  });
});

describe("phrase", () => {
  const words = vectors[1]?.words ?? "";

  it.each([
    ["no words", ""],
    ["12 words", words.split(" ").slice(0, 12).join(" ")],
    ["a wrong checksum", words.replace(/ title$/, " legal")],
    ["an unknown word", words.replace("thank", "thanks")],
    ["25 words", `${words} title`],
  ])("is refused with %s", (_, text) => {
    expect(codeOf(() => parsePhrase(text))).toBe("words-wrong");
  });

  it("is not repeated in an error", () => {
    try {
      parsePhrase(`${words} legal`);
      expect.unreachable();
    } catch (fault) {
      expect(JSON.stringify(fault) + String(fault)).not.toContain("legal");
    }
  });

  it("has accounts of 31 bits", () => {
    const seed = fromHex(vectors[0]?.seed ?? "");
    for (const index of [-1, 2 ** 31, 0.5]) expect(codeOf(() => new Accounts(seed).key(index))).toBe("bad-number");
  });
});

describe("address", () => {
  const address = vectors[0]?.accounts[0]?.address ?? "";

  it("goes there and back", () => {
    expect(encodeAddress(parseAddress(address))).toBe(address);
    expect(isAddress(address)).toBe(true);
    expect(addressOf(fromHex(vectors[0]?.accounts[0]?.public_key ?? ""))).toBe(address);
  });

  it.each([
    ["another prefix", "cosmos1r5v5srda7xfth3hn2s26txvrcrntldju8qwx7e"],
    ["capitals", address.toUpperCase()],
    ["a wrong checksum", `${address.slice(0, -1)}q`],
    ["another length", bech32.encode("volens", bech32.toWords(new Uint8Array(19)))],
    ["nothing", ""],
  ])("is refused with %s", (_, text) => {
    expect(codeOf(() => parseAddress(text))).toBe("bad-address");
    expect(isAddress(text)).toBe(false);
  });
});

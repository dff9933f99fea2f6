// A stand-in for Keplr: an object of its form in the page that signs with an account of somebody's words, outside the
// page. The real extension was never tried. It can be told to say no, and to turn to another account.
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync } from "@scure/bip39";

/** The stand-in, from outside the page. */
export class Keplr {
  /** What it was asked to do, by name. */
  calls = [];
  /** Whether the person says no. */
  refuses = false;
  #root;
  #index = 0;

  /** Puts one into every page of a context that is opened after. */
  static async install(context, words) {
    const keplr = new Keplr();
    keplr.#root = HDKey.fromMasterSeed(mnemonicToSeedSync(words));
    await context.exposeFunction("keplrDouble", (name, args) => keplr.#answer(name, args));
    await context.addInitScript(inPage);
    return keplr;
  }

  get address() {
    return this.#account().address;
  }

  /** The person chooses another account; the page is told. */
  async turn(page, index) {
    this.#index = index;
    await page.evaluate(() => dispatchEvent(new Event("keplr_keystorechange")));
  }

  #account() {
    const { privateKey, publicKey } = this.#root.derive(`m/44'/118'/0'/0/${this.#index}`);
    return { privateKey, publicKey, address: bech32.encode("volens", bech32.toWords(ripemd160(sha256(publicKey)))) };
  }

  #answer(name, args) {
    this.calls.push(name);
    if (this.refuses) return { error: "Request rejected" };
    const { address, publicKey } = this.#account();
    switch (name) {
      case "enable":
      case "experimentalSuggestChain":
        return {};
      case "getKey":
        return { bech32Address: address, pubKey: [...publicKey], algo: "secp256k1", isNanoLedger: false };
      case "signDirect":
        return this.#signed(signDoc(args[2]));
      case "signArbitrary":
        return this.#signed(arbitrary(args[1], args[2]));
      default:
        return { error: `no ${name}` };
    }
  }

  #signed(bytes) {
    const { privateKey, publicKey } = this.#account();
    const value = Buffer.from(publicKey).toString("base64");
    const signature = Buffer.from(secp256k1.sign(bytes, privateKey)).toString("base64");
    return { pub_key: { type: "tendermint/PubKeySecp256k1", value }, signature };
  }
}

/** A SignDoc of cosmos.tx.v1beta1 in protobuf. */
function signDoc({ bodyBytes, authInfoBytes, chainId, accountNumber }) {
  const varint = (number) => {
    const out = [];
    for (let rest = BigInt(number); ; rest >>= 7n) {
      if (rest < 128n) return Buffer.from([...out, Number(rest)]);
      out.push(Number(rest & 127n) | 128);
    }
  };
  const bytes = (tag, value) => [Buffer.from([tag]), varint(value.length), Buffer.from(value)];
  const account = accountNumber === "0" ? [] : [Buffer.from([0x20]), varint(accountNumber)];
  return Buffer.concat([
    ...bytes(0x0a, bodyBytes),
    ...bytes(0x12, authInfoBytes),
    ...bytes(0x1a, Buffer.from(chainId)),
    ...account,
  ]);
}

/** The document of ADR-036 for a text. */
function arbitrary(signer, text) {
  const data = Buffer.from(text).toString("base64");
  return Buffer.from(
    `{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"",` +
      `"msgs":[{"type":"sign/MsgSignData","value":{"data":"${data}","signer":"${signer}"}}],"sequence":"0"}`,
  );
}

/** Runs in the page. */
function inPage() {
  const ask = async (name, ...args) => {
    const answer = await window.keplrDouble(name, args);
    if (answer.error) throw new Error(answer.error);
    return answer;
  };
  window.keplr = {
    enable: (chain) => ask("enable", chain),
    experimentalSuggestChain: (chain) => ask("experimentalSuggestChain", chain),
    getKey: async (chain) => {
      const key = await ask("getKey", chain);
      return { ...key, pubKey: Uint8Array.from(key.pubKey) };
    },
    signDirect: async (chain, address, doc) => {
      const plain = { ...doc, bodyBytes: [...doc.bodyBytes], authInfoBytes: [...doc.authInfoBytes] };
      return { signed: doc, signature: await ask("signDirect", chain, address, plain) };
    },
    signArbitrary: (chain, address, text) => ask("signArbitrary", chain, address, text),
  };
}

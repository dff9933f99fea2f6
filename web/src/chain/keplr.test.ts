import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/sign.json";
import { encodeAddress } from "../core/address";
import { fromBase64, fromUtf8, toBase64 } from "../core/bytes";
import type { AminoDoc } from "../core/tx/sign";
import { SignDocSchema, TxRawSchema } from "../gen/cosmos/tx/v1beta1/tx_pb";
import { type ChainOffer, ExtensionSigner } from "./keplr";

const offer: ChainOffer = {
  chainId: "volens-1",
  chainName: "Volens",
  rpc: "https://gateway.example.org/chain",
  rest: "https://gateway.example.org/chain",
  denom: "uvol",
  coin: "VOL",
  decimals: 6,
};

const [document] = vectors.documents;
if (document === undefined) throw new Error("no documents");
const signDoc = fromBinary(SignDocSchema, fromBase64(document.direct));
const aminoDoc: AminoDoc = JSON.parse(document.amino);
const signatureOf = (tx: string) => toBase64(fromBinary(TxRawSchema, fromBase64(tx)).signatures[0] ?? new Uint8Array());

/** A wallet that answers with the signatures that the Cosmos SDK made, and may be told to misbehave. */
function wallet(change: object = {}) {
  const calls: unknown[][] = [];
  const pub_key = { type: "tendermint/PubKeySecp256k1", value: vectors.public_key };
  const api = {
    enable: async (chainId: string) => void calls.push(["enable", chainId]),
    experimentalSuggestChain: async (chain: object) => void calls.push(["suggest", chain]),
    getKey: async () => ({
      bech32Address: vectors.address,
      pubKey: fromBase64(vectors.public_key),
      algo: "secp256k1",
      isNanoLedger: false,
    }),
    signDirect: async (...call: unknown[]) => {
      calls.push(["signDirect", ...call]);
      return { signed: call[2], signature: { pub_key, signature: signatureOf(document?.direct_tx ?? "") } };
    },
    signAmino: async (...call: unknown[]) => {
      calls.push(["signAmino", ...call]);
      return { signed: call[2], signature: { pub_key, signature: signatureOf(document?.amino_tx ?? "") } };
    },
    signArbitrary: async (...call: unknown[]) => {
      calls.push(["signArbitrary", ...call]);
      return { pub_key, signature: vectors.arbitrary.signature };
    },
    ...change,
  };
  return { page: { keplr: api, leap: api }, calls };
}

describe.each(["keplr", "leap"] as const)("%s", (extension) => {
  it("tells the account that is chosen in it", async () => {
    const { page, calls } = wallet();
    const signer = await ExtensionSigner.connect(extension, offer, page);
    expect(calls).toEqual([["enable", "volens-1"]]);
    const publicKey = fromBase64(vectors.public_key);
    expect(await signer.accounts()).toEqual([{ address: vectors.address, publicKey, mode: "direct" }]);
  });

  it("signs the very document, and changes neither fee nor memo", async () => {
    const { page, calls } = wallet();
    const signer = await ExtensionSigner.connect(extension, offer, page);
    const options = { preferNoSetFee: true, preferNoSetMemo: true, disableBalanceCheck: true };
    expect(toBase64(await signer.signDirect(vectors.address, signDoc))).toBe(signatureOf(document.direct_tx));
    expect(toBase64(await signer.signAmino(vectors.address, aminoDoc))).toBe(signatureOf(document.amino_tx));
    expect(calls.slice(1).map((call) => [call[0], call[1], call[2], call[4]])).toEqual([
      ["signDirect", "volens-1", vectors.address, options],
      ["signAmino", "volens-1", vectors.address, options],
    ]);
    expect(calls[2]?.[3]).toEqual(aminoDoc);
    const signature = await signer.signArbitrary(vectors.address, vectors.arbitrary.text);
    expect(toBase64(signature)).toBe(vectors.arbitrary.signature);
  });

  it("is asked to add the chain when it does not know it", async () => {
    let known = false;
    const { page, calls } = wallet({
      enable: async () => {
        if (!known) throw new Error("There is no chain info for volens-1");
      },
      experimentalSuggestChain: async (chain: object) => {
        known = true;
        calls.push(["suggest", chain]);
      },
    });
    await ExtensionSigner.connect(extension, offer, page);
    expect(calls[0]?.[1]).toMatchObject({ chainId: "volens-1", bip44: { coinType: 118 } });
  });

  it.each([
    ["is not there", {}, "unavailable", "signer-gone"],
    [
      "is locked",
      wallet({ enable: async () => Promise.reject(new Error("Keplr is locked")) }).page,
      "unavailable",
      "signer-locked",
    ],
    [
      "cannot learn the chain",
      wallet({
        enable: async () => Promise.reject(new Error("There is no chain info for volens-1")),
        experimentalSuggestChain: async () => Promise.reject(new Error("Invalid chain info")),
      }).page,
      "refused",
      "signer-chain",
    ],
    [
      "says no",
      wallet({
        enable: async () => Promise.reject(new Error("Request rejected")),
        experimentalSuggestChain: async () => Promise.reject(new Error("Request rejected")),
      }).page,
      "refused",
      "signer-refused",
    ],
  ])("%s", async (_, page, kind, code) => {
    await expect(ExtensionSigner.connect(extension, offer, page)).rejects.toMatchObject({ kind, code });
  });
});

it("is not asked a second time after a no", async () => {
  const { page, calls } = wallet({ enable: async () => Promise.reject(new Error("Request rejected")) });
  await expect(ExtensionSigner.connect("keplr", offer, page)).rejects.toMatchObject({ code: "signer-refused" });
  expect(calls).toEqual([]);
});

describe("an extension", () => {
  const rejecting = (words: string) => async () => Promise.reject(new Error(words));
  const pub_key = { value: vectors.public_key };
  const answer = (change: object) => async (_c: string, _a: string, doc: object) => ({
    signed: { ...doc, ...change },
    signature: { pub_key, signature: signatureOf(document.direct_tx) },
  });
  const other = { value: toBase64(new Uint8Array(33).fill(2)) };

  it.each([
    ["changes the fee", { signDirect: answer({ authInfoBytes: new Uint8Array(3) }) }, "integrity", "signer-changed"],
    ["changes the messages", { signDirect: answer({ bodyBytes: new Uint8Array(3) }) }, "integrity", "signer-changed"],
    ["is locked", { signDirect: rejecting("Keplr is locked") }, "unavailable", "signer-locked"],
    ["is told no", { signDirect: rejecting("Request rejected") }, "refused", "signer-refused"],
    [
      "signs with something else",
      {
        signDirect: async (_c: string, _a: string, signed: object) => ({
          signed,
          signature: { pub_key, signature: "AAAA" },
        }),
      },
      "internal",
      "signer-answer",
    ],
    [
      "signs by another account",
      {
        signDirect: async (_c: string, _a: string, signed: object) => ({
          signed,
          signature: { pub_key: other, signature: signatureOf(document.direct_tx) },
        }),
      },
      "refused",
      "signer-account",
    ],
  ])("that %s is a Fault", async (_, change, kind, code) => {
    const signer = await ExtensionSigner.connect("keplr", offer, wallet(change).page);
    await expect(signer.signDirect(vectors.address, signDoc)).rejects.toMatchObject({ kind, code });
  });

  it("that changes an amino document is a Fault", async () => {
    const signAmino = async (_c: string, _a: string, doc: AminoDoc) => ({
      signed: { ...doc, memo: "more" },
      signature: { pub_key, signature: signatureOf(document.amino_tx) },
    });
    const signer = await ExtensionSigner.connect("keplr", offer, wallet({ signAmino }).page);
    await expect(signer.signAmino(vectors.address, aminoDoc)).rejects.toMatchObject({ code: "signer-changed" });
  });

  it("with a hardware key signs amino, and with a key of another kind nothing", async () => {
    const key = { bech32Address: vectors.address, pubKey: fromBase64(vectors.public_key), algo: "secp256k1" };
    const ledger = wallet({ getKey: async () => ({ ...key, isNanoLedger: true }) });
    const [account] = await (await ExtensionSigner.connect("keplr", offer, ledger.page)).accounts();
    expect(account?.mode).toBe("amino");
    const evm = wallet({ getKey: async () => ({ ...key, algo: "ethsecp256k1", isNanoLedger: false }) });
    const signer = await ExtensionSigner.connect("keplr", offer, evm.page);
    await expect(signer.accounts()).rejects.toMatchObject({ kind: "refused", code: "signer-key" });
  });

  it("that has accounts of another chain only, or names one that is not its key's, is a Fault", async () => {
    const key = { pubKey: fromBase64(vectors.public_key), algo: "secp256k1", isNanoLedger: false };
    const accountsOf = async (bech32Address: string) => {
      const { page } = wallet({ getKey: async () => ({ ...key, bech32Address }) });
      return (await ExtensionSigner.connect("keplr", offer, page)).accounts();
    };
    const cosmos = "cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du";
    await expect(accountsOf(cosmos)).rejects.toMatchObject({ code: "signer-chain" });
    const stranger = encodeAddress(new Uint8Array(20));
    await expect(accountsOf(stranger)).rejects.toMatchObject({ code: "signer-answer" });
  });
});

it("the recorded login is the text's", () => {
  expect(fromUtf8(fromBase64(JSON.parse(vectors.arbitrary.document).msgs[0].value.data))).toBe(vectors.arbitrary.text);
});

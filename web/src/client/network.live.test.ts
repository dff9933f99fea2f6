/** The lower layers against a real network: run by e2e/chain.test.mjs, which starts one and says where it is. */
import { create, fromBinary } from "@bufbuild/protobuf";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { leastGasPrice } from "../chain/fee";
import { firstAnchor, Light } from "../chain/light";
import { Node } from "../chain/node";
import { prove, proveAll } from "../chain/proof";
import { ask, askAll } from "../chain/query";
import { send } from "../chain/send";
import type { Signer } from "../chain/signer";
import { randomBytes, toHex } from "../core/bytes";
import { arbitraryDocument } from "../core/login";
import { committeeKey, emissionCountKey, organisationKey } from "../core/statekeys";
import { aminoBytes, type Mode, signBytes } from "../core/tx/sign";
import { type AccountKey, Accounts, parsePhrase, seedOf } from "../core/wallet";
import type { Shown } from "../core/words";
import { Query as BankQuery } from "../gen/cosmos/bank/v1beta1/query_pb";
import { MsgSendSchema } from "../gen/cosmos/bank/v1beta1/tx_pb";
import { OrganisationSchema } from "../gen/volens/attestation/v1/attestation_pb";
import { MsgRevokeConsentSchema } from "../gen/volens/consent/v1/tx_pb";
import { KeySchema } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { Gateway } from "../storage/gateway";

const url = process.env.VOLENS_LIVE_GATEWAY ?? "";
const words = process.env.VOLENS_LIVE_WORDS ?? "";

function signerOf(key: AccountKey, mode: Mode): Signer {
  return {
    accounts: async () => [{ address: key.address, publicKey: key.publicKey, mode }],
    signDirect: async (_, doc) => key.sign(signBytes(doc)),
    signAmino: async (_, doc) => key.sign(aminoBytes(doc)),
    signArbitrary: async (address, text) => key.sign(arbitraryDocument(address, text)),
  };
}

describe.skipIf(url === "")("a real network", { timeout: 120_000 }, () => {
  const node = new Node({ url: `${url}/chain` });
  const gateway = new Gateway({ origin: url, chainId: () => node.chainId() });
  const fresh = new Accounts(seedOf(randomBytes(32))).key(0);

  function login(key: AccountKey) {
    const signer = signerOf(key, "direct");
    const sign = (text: string) => signer.signArbitrary(key.address, text);
    return gateway.as({ address: key.address, publicKey: key.publicKey, sign });
  }

  it("asks for no price of gas, as its nodes are set", async () => {
    expect(await leastGasPrice(node)).toBeUndefined();
  });

  it("shows what its validators signed, and proves what is there and what is not", async () => {
    const { height } = await node.status();
    const light = new Light({ node, anchor: await firstAnchor(node) });
    const { address, recipient } = await gateway.info();
    const organisation = await prove(light, organisationKey(address).store, organisationKey(address).key);
    const found = fromBinary(OrganisationSchema, organisation.value ?? new Uint8Array());
    expect(found.gateway?.recipient).toBe(recipient);
    const { key } = await ask(node, CustodyQuery.method.key, {});
    const [committee, never] = await proveAll(light, [
      committeeKey(key?.keyId ?? 0n),
      emissionCountKey(toHex(randomBytes(16)), 1),
    ]);
    expect(fromBinary(KeySchema, committee?.value ?? new Uint8Array()).y).toEqual(key?.y);
    expect(never?.value).toBeUndefined();
    expect((await light.header(height - 5n)).header.height).toBe(height - 5n);
  });

  it("takes logins and uploads, and gives an account whose fees it pays", async () => {
    const account = login(fresh);
    const bytes = randomBytes(60_000);
    const object = new Blob(Array.from({ length: 40 }, () => bytes));
    const digest = toHex(sha256(new Uint8Array(await object.arrayBuffer())));
    const seen: number[] = [];
    await account.upload({ file: object, sha256: digest, progress: (done) => seen.push(done) });
    await account.upload({ file: object, sha256: digest });
    expect(seen.at(-1)).toBe(object.size);
    await expect(account.size(digest)).rejects.toMatchObject({ kind: "not-found", code: "not-found" });
    const wrong = account.upload({ file: object, sha256: "00".repeat(32) });
    await expect(wrong).rejects.toMatchObject({ kind: "integrity", code: "digest-mismatch" });
    expect(await account.sponsorship()).toMatch(/^volens1/);
  });

  it.each(["direct", "amino"] as const)("takes what was signed in mode %s", async (mode) => {
    const key = new Accounts(seedOf(parsePhrase(words))).key(0);
    const shown: Shown[] = [];
    const amount = [{ denom: "uvol", amount: "7" }];
    const to = new Accounts(seedOf(randomBytes(32))).key(0).address;
    const receipt = await send(
      { node, signer: signerOf(key, mode), confirm: async (said) => void shown.push(said) },
      {
        address: key.address,
        messages: [create(MsgSendSchema, { fromAddress: key.address, toAddress: to, amount })],
        memo: "<a> & b",
      },
    );
    expect(receipt.height > 0n).toBe(true);
    expect(shown.map((said) => [said.mode, said.messages[0]?.key])).toEqual([[mode, "sign.message.bank.MsgSend"]]);
    const balances = await askAll(node, BankQuery.method.allBalances, { address: to }, "balances");
    expect(balances.map(({ denom, amount: have }) => `${have}${denom}`)).toEqual(["7uvol"]);
  });

  it("tells why it refuses", async () => {
    const key = new Accounts(seedOf(parsePhrase(words))).key(0);
    const message = create(MsgRevokeConsentSchema, { signer: key.address, datasetId: "0a".repeat(16), version: 1n });
    const refused = send(
      { node, signer: signerOf(key, "direct"), confirm: async () => undefined },
      { address: key.address, messages: [message], free: true },
    );
    await expect(refused).rejects.toMatchObject({ kind: "not-found", code: "consent-not-found" });
  });
});

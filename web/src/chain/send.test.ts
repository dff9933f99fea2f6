import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/sign.json";
import { fromBase64, toBase64, toHex, utf8 } from "../core/bytes";
import { Fault } from "../core/fault";
import { pack } from "../core/tx/registry";
import { aminoBytes, signBytes } from "../core/tx/sign";
import type { Shown } from "../core/words";
import { QueryAccountInfoResponseSchema } from "../gen/cosmos/auth/v1beta1/query_pb";
import { QueryBalanceResponseSchema } from "../gen/cosmos/bank/v1beta1/query_pb";
import { TxMsgDataSchema } from "../gen/cosmos/base/abci/v1beta1/abci_pb";
import { ConfigResponseSchema } from "../gen/cosmos/base/node/v1beta1/query_pb";
import { QueryAllowancesResponseSchema } from "../gen/cosmos/feegrant/v1beta1/query_pb";
import { AuthInfoSchema, TxBodySchema, TxRawSchema } from "../gen/cosmos/tx/v1beta1/tx_pb";
import { EventConsentRevokedSchema } from "../gen/volens/consent/v1/events_pb";
import { MsgRevokeConsentResponseSchema, MsgRevokeConsentSchema } from "../gen/volens/consent/v1/tx_pb";
import { leastGasPrice, parseGasPrice, priced } from "./fee";
import { Node } from "./node";
import { response } from "./receipt";
import { find, quote, type Send, type SendContext, send } from "./send";
import type { Signer } from "./signer";
import { type Answer, nodeDouble, type Received, statusAnswer, valueAnswer } from "./testing/server";

const key = fromBase64(vectors.private_key);
const publicKey = fromBase64(vectors.public_key);
const { address } = vectors;
const payer = "volens1payer";
const id = "0a".repeat(16);
const revoke = create(MsgRevokeConsentSchema, { signer: address, datasetId: id, version: 2n });

const signer = (mode: "direct" | "amino" = "direct"): Signer => ({
  accounts: async () => [{ address, publicKey, mode }],
  signDirect: async (_, doc) => secp256k1.sign(signBytes(doc), key),
  signAmino: async (_, doc) => secp256k1.sign(aminoBytes(doc), key),
  signArbitrary: async () => new Uint8Array(64),
});

/** A chain that takes transactions. Each status is a block later; what was offered then stands in one. */
class Chain {
  height = 10;
  sequence = 3n;
  coins = "100";
  allowances = [payer];
  /** Taken in the place of the chain's answer. */
  change: ((call: Received) => Answer | undefined) | undefined;
  readonly sent: Uint8Array[] = [];
  readonly blocks = new Map<string, object>();
  result: object = {};
  readonly node = new Node({ fetch: nodeDouble((call) => this.change?.(call) ?? this.#answer(call)).fetch });

  #answer({ method, params }: Received): Answer {
    if (method === "status") {
      this.height++;
      return statusAnswer("volens-1", this.height);
    }
    if (method === "tx") {
      const hash = toHex(fromBase64(String(params.hash)));
      return this.blocks.has(hash) ? { result: this.blocks.get(hash) } : { error: `tx (${hash}) not found` };
    }
    if (method === "broadcast_tx_sync") return this.#take(fromBase64(String(params.tx)));
    return this.#query(String(params.path));
  }

  #take(tx: Uint8Array): Answer {
    this.sent.push(tx);
    const { authInfoBytes } = fromBinary(TxRawSchema, tx);
    const used = fromBinary(AuthInfoSchema, authInfoBytes).signerInfos[0]?.sequence;
    if (used !== this.sequence) return { result: { code: 32, codespace: "sdk", log: "account sequence mismatch" } };
    this.sequence++;
    const hash = toHex(sha256(tx));
    this.blocks.set(hash, { hash: hash.toUpperCase(), height: "12", tx_result: { code: 0, ...this.result } });
    return { result: { code: 0 } };
  }

  #query(path: string): Answer {
    switch (path) {
      case "/cosmos.auth.v1beta1.Query/AccountInfo": {
        const info = { accountNumber: 7n, sequence: this.sequence };
        return valueAnswer(toBinary(QueryAccountInfoResponseSchema, create(QueryAccountInfoResponseSchema, { info })));
      }
      case "/cosmos.bank.v1beta1.Query/Balance": {
        const balance = { denom: "uvol", amount: this.coins };
        return valueAnswer(toBinary(QueryBalanceResponseSchema, create(QueryBalanceResponseSchema, { balance })));
      }
      case "/cosmos.feegrant.v1beta1.Query/Allowances": {
        const allowances = this.allowances.map((granter) => ({ granter }));
        return valueAnswer(
          toBinary(QueryAllowancesResponseSchema, create(QueryAllowancesResponseSchema, { allowances })),
        );
      }
      default:
        return valueAnswer(utf8('{"gas_info":{"gas_used":"1000"}}'));
    }
  }

  /** The transactions that were offered, read. */
  read() {
    return this.sent.map((tx) => {
      const { bodyBytes, authInfoBytes } = fromBinary(TxRawSchema, tx);
      const info = fromBinary(AuthInfoSchema, authInfoBytes);
      return { body: fromBinary(TxBodySchema, bodyBytes), fee: info.fee, sequence: info.signerInfos[0]?.sequence };
    });
  }
}

const pace = { poll: 0, retries: 3, timeoutBlocks: 20n, silence: 3 };

function sending(chain: Chain, what: Partial<Send> = {}, context: Partial<SendContext> = {}) {
  const shown: Shown[] = [];
  const confirm = async (said: Shown) => void shown.push(said);
  const all = { node: chain.node, signer: signer(), confirm, pace, ...context };
  return { shown, done: send(all, { address, messages: [revoke], ...what }) };
}

describe("send", () => {
  it("signs what was confirmed, waits for the block, and reads answers and events", async () => {
    const chain = new Chain();
    const msgResponses = [pack(MsgRevokeConsentResponseSchema, { version: 3n })];
    const attributes = [
      { key: "dataset_id", value: `"${id}"` },
      { key: "version", value: '"3"' },
      { key: "msg_index", value: "0" },
    ];
    chain.result = {
      data: toBase64(toBinary(TxMsgDataSchema, create(TxMsgDataSchema, { msgResponses }))),
      gas_used: "900",
      events: [
        { type: "tx", attributes: [] },
        { type: EventConsentRevokedSchema.typeName, attributes },
      ],
    };
    const { shown, done } = sending(chain);
    const receipt = await done;
    expect(receipt).toMatchObject({
      height: 12n,
      gasUsed: 900n,
      hash: toHex(sha256(chain.sent[0] ?? new Uint8Array())),
    });
    expect(response(receipt, 0, MsgRevokeConsentResponseSchema).version).toBe(3n);
    expect(() => response(receipt, 1, MsgRevokeConsentResponseSchema)).toThrow(Fault);
    expect(receipt.events).toContainEqual({ type: EventConsentRevokedSchema.typeName, attributes });
    expect(shown.map(({ messages }) => messages[0]?.key)).toEqual(["sign.message.consent.MsgRevokeConsent"]);
    const [sent] = chain.read();
    expect(sent).toMatchObject({ sequence: 3n, fee: { gasLimit: 1301n, amount: [] } });
    expect(sent?.body.timeoutHeight).toBe(31n);
    expect(await find(chain.node, receipt.hash)).toEqual(receipt);
    expect(await find(chain.node, "00".repeat(32))).toBeUndefined();
  });

  it("signs amino for a hardware wallet", async () => {
    const chain = new Chain();
    const { shown, done } = sending(chain, {}, { signer: signer("amino") });
    await done;
    expect(shown[0]?.mode).toBe("amino");
  });

  it.each([
    ["with own coins", { coins: "100" }, {}, "33", ""],
    ["by whoever gave an allowance", { coins: "32" }, {}, "33", payer],
    ["by nobody", { coins: "32", allowances: [] }, {}, "33", ""],
    ["by who was named", { coins: "100" }, { granter: "volens1named" }, "33", "volens1named"],
    ["not at all in the zero-fee lane", { coins: "0" }, { free: true, granter: payer }, undefined, ""],
  ])("pays the fee %s", async (_, state, what, amount, granter) => {
    const chain = Object.assign(new Chain(), state);
    const { shown, done } = sending(chain, what, { gasPrice: parseGasPrice("0.025uvol") });
    await done;
    const fee = chain.read()[0]?.fee;
    expect([fee?.amount[0]?.amount, fee?.granter]).toEqual([amount, granter]);
    expect(shown[0]?.granter).toBe(granter);
  });

  it("sends nothing that was not confirmed", async () => {
    const chain = new Chain();
    const confirm = () => Promise.reject(new Fault("refused", "signer-refused"));
    const { done } = sending(chain, {}, { confirm });
    await expect(done).rejects.toMatchObject({ kind: "refused", code: "signer-refused" });
    expect(chain.sent).toEqual([]);
  });

  it("signs anew when another transaction was faster, and asks the person once", async () => {
    const chain = new Chain();
    let first = true;
    chain.change = ({ method }) => {
      if (method === "broadcast_tx_sync" && first) {
        first = false;
        chain.sequence++;
      }
      return undefined;
    };
    const { shown, done } = sending(chain, {}, { gasPrice: parseGasPrice("0.025uvol") });
    await done;
    expect(chain.read().map(({ sequence }) => sequence)).toEqual([3n, 4n]);
    expect(shown).toHaveLength(1);
  });

  it("makes anew what was confirmed too late", async () => {
    const chain = new Chain();
    let late = 1;
    chain.change = ({ method }) =>
      method === "broadcast_tx_sync" && late-- > 0
        ? { result: { code: 30, codespace: "sdk", log: "tx timeout height" } }
        : undefined;
    const { shown, done } = sending(chain);
    expect((await done).height).toBe(12n);
    expect(shown).toHaveLength(1);
  });

  it("sends the transactions of one account one after the other", async () => {
    const chain = new Chain();
    await Promise.all([
      sending(chain).done,
      sending(chain, { memo: "second" }).done,
      sending(chain, { memo: "third" }).done,
    ]);
    expect(chain.read().map(({ sequence }) => sequence)).toEqual([3n, 4n, 5n]);
  });

  it.each([
    ["no messages", { messages: [] }, "usage", "no-messages"],
    ["an account that the signer has not", { address: "volens1other" }, "refused", "signer-account"],
  ])("refuses %s", async (_, what, kind, code) => {
    await expect(sending(new Chain(), what).done).rejects.toMatchObject({ kind, code });
  });

  const refusing = (method: string, response: object) => (call: Received) => {
    const simulated = method === "abci_query" && call.params.path === "/app/simulate";
    if (call.method !== method || (method === "abci_query" && !simulated)) return undefined;
    return { result: method === "abci_query" ? { response } : response };
  };
  const denied = {
    codespace: "market",
    code: 13,
    log: "failed to execute message; message index: 0: CLASS, NCU: not permitted",
  };
  const missing = {
    codespace: "consent",
    code: 2,
    log: "consent is incomplete: missing or wrong fields: provision.expiry, provision.mode",
  };

  it.each([
    ["in simulation", refusing("abci_query", denied), "refused", "market-denied", ["CLASS", "NCU"]],
    [
      "by CheckTx",
      refusing("broadcast_tx_sync", { codespace: "sdk", code: 5, log: "insufficient funds" }),
      "refused",
      "chain-insufficient-funds",
      [],
    ],
    [
      "for now",
      refusing("broadcast_tx_sync", { codespace: "consent", code: 14, log: "" }),
      "unavailable",
      "consent-lane-full",
      [],
    ],
    [
      "for what is missing",
      refusing("abci_query", missing),
      "refused",
      "consent-missing-fields",
      ["provision.expiry", "provision.mode"],
    ],
  ])("tells what the chain refused %s", async (_, change, kind, code, reasons) => {
    const chain = new Chain();
    chain.change = change;
    await expect(sending(chain).done).rejects.toMatchObject({ kind, code, reasons });
  });

  it("tells what failed in its block", async () => {
    const chain = new Chain();
    chain.result = { code: 7, codespace: "consent", log: "consent is not active" };
    await expect(sending(chain).done).rejects.toMatchObject({ code: "consent-not-active", height: 12n });
  });

  it("says that an account is not on chain yet", async () => {
    const chain = new Chain();
    chain.change = ({ params }) =>
      String(params.path).endsWith("AccountInfo")
        ? { result: { response: { code: 22, codespace: "sdk" } } }
        : undefined;
    await expect(sending(chain).done).rejects.toMatchObject({ kind: "not-found", code: "account-unknown" });
  });

  it("bears a node that is silent for a while", async () => {
    const chain = new Chain();
    let silences = 3;
    chain.change = ({ method }) => {
      if ((method === "tx" || method === "broadcast_tx_sync") && silences-- > 0) throw new TypeError("network");
      return undefined;
    };
    expect((await sending(chain).done).height).toBe(12n);
  });

  it("says that nobody knows when the node stays silent, and that it is lost when it is too late", async () => {
    const silent = new Chain();
    silent.change = ({ method }) => {
      if (method === "tx") throw new TypeError("network");
      return undefined;
    };
    await expect(sending(silent).done).rejects.toMatchObject({ kind: "unavailable", code: "tx-pending" });
    const late = new Chain();
    late.change = ({ method }) => (method === "tx" ? { error: "tx (AB) not found" } : undefined);
    await expect(sending(late).done).rejects.toMatchObject({ kind: "unavailable", code: "tx-lost" });
  });

  it("refuses a signature of another length", async () => {
    const short = { ...signer(), signDirect: async () => new Uint8Array(63) };
    const { done } = sending(new Chain(), {}, { signer: short });
    await expect(done).rejects.toMatchObject({ kind: "internal", code: "signer-answer" });
  });
});

describe("a gas price", () => {
  it("is rounded up", () => {
    expect(priced(parseGasPrice("0.025uvol"), 100_001n)).toEqual({ amount: "2501", denom: "uvol" });
    expect(priced(parseGasPrice("2uvol"), 3n)).toEqual({ amount: "6", denom: "uvol" });
    expect(priced(parseGasPrice("0uvol"), 3n)).toEqual({ amount: "0", denom: "uvol" });
  });

  it.each(["", "uvol", "0.025", ".5uvol", "-1uvol", "1 uvol", "1.1234567890123456789uvol"])("is not %j", (text) => {
    expect(() => parseGasPrice(text)).toThrow(expect.objectContaining({ code: "bad-gas-price" }));
  });

  const asking = (minimumGasPrice: string) => {
    const answer = toBinary(ConfigResponseSchema, create(ConfigResponseSchema, { minimumGasPrice }));
    return leastGasPrice(new Node({ fetch: nodeDouble(() => valueAnswer(answer)).fetch }));
  };

  it.each([
    ["", undefined],
    ["0.000000000000000000uvol", undefined],
    ["0.025000000000000000uvol", parseGasPrice("0.025uvol")],
    ["1.000000000000000000uother,0.100000000000000000uvol", parseGasPrice("0.1uvol")],
    ["1.000000000000000000uother,0.000000000000000000uvol", undefined],
    ["1.000000000000000000uother", parseGasPrice("1uother")],
  ])("is what the node asks for: %j", async (text, price) => {
    expect(await asking(text)).toEqual(price);
  });

  it("that makes no sense is the node's fault", async () => {
    await expect(asking("much")).rejects.toMatchObject({ kind: "internal", code: "node-answer" });
  });
});

describe("quote", () => {
  const gasPrice = parseGasPrice("0.025uvol");
  const what = { address, messages: [revoke] };

  it("tells the fee and signs nothing", async () => {
    const chain = new Chain();
    const { fee, granter } = await quote({ node: chain.node, signer: signer(), gasPrice }, what);
    expect(fee).toMatchObject([{ amount: "33", denom: "uvol" }]);
    expect(granter).toBe("");
    expect(chain.sent).toEqual([]);
  });

  it("is nothing where the node asks for nothing", async () => {
    expect((await quote({ node: new Chain().node, signer: signer() }, what)).fee).toEqual([]);
  });

  it("names whose allowance pays when the account has too little", async () => {
    const chain = new Chain();
    chain.coins = "32";
    expect((await quote({ node: chain.node, signer: signer(), gasPrice }, what)).granter).toBe(payer);
  });
});

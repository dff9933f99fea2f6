import { create } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import vectors from "../../../../test/vectors/sign.json";
import { MsgSendSchema } from "../../gen/cosmos/bank/v1beta1/tx_pb";
import { CoinSchema } from "../../gen/cosmos/base/v1beta1/coin_pb";
import { MsgGrantConsentSchema, MsgRevokeConsentSchema } from "../../gen/volens/consent/v1/tx_pb";
import { fromBase64, toBase64, toHex, utf8 } from "../bytes";
import { Fault } from "../fault";
import { arbitraryDoc } from "../login";
import { timestampText } from "../time";
import { aminoText } from "./amino";
import { open, pack, registry } from "./registry";
import { aminoBytes, aminoDoc, type Draft, signBytes, signDoc, txBytes } from "./sign";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const anyOf = ({ type_url, value }: { type_url: string; value: string }): Any =>
  create(AnySchema, { typeUrl: type_url, value: fromBase64(value) });

const first: Draft = {
  messages: [],
  memo: "",
  timeoutHeight: 0n,
  fee: [],
  gas: 200_000n,
  granter: "",
  chainId: "volens-1",
  accountNumber: 7n,
  sequence: 3n,
  publicKey: fromBase64(vectors.public_key),
};

describe("every message", () => {
  it.each(vectors.messages.map((message) => [message.name, message] as const))("%s", (_, vector) => {
    const any = anyOf(vector);
    const { desc, message } = open(any);
    const packed = pack(desc, message);
    expect(toBase64(packed.value)).toBe(vector.value);
    const draft = { ...first, messages: [packed] };
    expect(toHex(sha256(signBytes(signDoc(draft))))).toBe(vector.direct);
    expect(text(aminoBytes(aminoDoc(draft)))).toBe(vector.amino);
  });

  it("is there", () => {
    const known = [...registry].filter((type) => type.kind === "message" && /^volens\..*\.Msg\w+$/.test(type.typeName));
    const ours = known.map((type) => type.typeName).filter((name) => !name.endsWith("Response"));
    const signed = new Set(vectors.messages.map(({ type_url }) => type_url.slice(1)));
    expect(ours.length).toBe(44);
    expect(ours.filter((name) => !signed.has(name))).toEqual([]);
  });
});

describe("a whole transaction", () => {
  const key = fromBase64(vectors.private_key);
  const sign = (bytes: Uint8Array) => secp256k1.sign(bytes, key);

  // Numbers beyond 53 bits: the vectors' JSON writes them as digits, which JSON.parse rounds.
  const numbers: Record<string, Partial<Draft>> = {
    "the ends of numbers": {
      gas: 2n ** 63n - 1n,
      timeoutHeight: 2n ** 64n - 1n,
      accountNumber: 2n ** 64n - 1n,
      sequence: 2n ** 64n - 1n,
    },
  };

  it.each(vectors.documents.map((document) => [document.name, document] as const))("%s", (name, vector) => {
    const draft: Draft = {
      messages: vector.messages.map(anyOf),
      memo: vector.memo,
      timeoutHeight: BigInt(vector.timeout_height),
      fee: vector.fee.map((coin) => create(CoinSchema, coin)),
      gas: BigInt(vector.gas),
      granter: vector.granter,
      chainId: vector.chain_id,
      accountNumber: BigInt(vector.account_number),
      sequence: BigInt(vector.sequence),
      publicKey: fromBase64(vectors.public_key),
      ...numbers[name],
    };
    const direct = signBytes(signDoc(draft));
    expect(toBase64(direct)).toBe(vector.direct);
    expect(toBase64(txBytes(draft, "direct", sign(direct)))).toBe(vector.direct_tx);
    const amino = aminoBytes(aminoDoc(draft));
    expect(text(amino)).toBe(vector.amino);
    expect(toBase64(txBytes(draft, "amino", sign(amino)))).toBe(vector.amino_tx);
  });

  it("of arbitrary data is a login's", () => {
    const document = aminoBytes(arbitraryDoc(vectors.address, utf8(vectors.arbitrary.text)));
    expect(text(document)).toBe(vectors.arbitrary.document);
    expect(toBase64(sign(document))).toBe(vectors.arbitrary.signature);
  });
});

describe("what nobody should sign", () => {
  const any = (typeUrl: string, value: Uint8Array) => create(AnySchema, { typeUrl, value });

  it.each([
    ["of an unknown type", any("/volens.consent.v1.MsgEverything", Uint8Array.of())],
    ["without a type", any("", Uint8Array.of())],
    ["of a type without its slash", any("volens.consent.v1.MsgRevokeConsent", Uint8Array.of())],
    ["that is no message", any("/volens.consent.v1.MsgRevokeConsent", Uint8Array.of(0xff))],
    ["with an unknown field", any("/volens.consent.v1.MsgRevokeConsent", Uint8Array.of(0x78, 1))],
    ["with an unknown field inside", any("/volens.consent.v1.MsgGrantConsent", Uint8Array.of(0x1a, 2, 0x78, 1))],
    ["with an unknown field in a list", any("/cosmos.bank.v1beta1.MsgSend", Uint8Array.of(0x1a, 2, 0x78, 1))],
  ])("a message %s", (_, message) => {
    expect(() => open(message)).toThrow(expect.objectContaining({ kind: "integrity", code: "unknown-message" }));
  });

  it("a message that lacks what amino must write", () => {
    const draft = { ...first, messages: [pack(MsgGrantConsentSchema, { owner: "o" })] };
    const fault = expect.objectContaining({ kind: "usage", code: "missing-field", reasons: ["provision"] });
    expect(() => aminoDoc(draft)).toThrow(fault);
  });

  it("a time outside the years that can be written", () => {
    expect(timestampText({ $typeName: "google.protobuf.Timestamp", seconds: 0n, nanos: 10 })).toBe(
      "1970-01-01T00:00:00.00000001Z",
    );
    for (const [seconds, nanos] of [
      [2n ** 40n, 0],
      [0n, -1],
      [0n, 1_000_000_000],
    ] as const) {
      expect(() => timestampText({ $typeName: "google.protobuf.Timestamp", seconds, nanos })).toThrow(Fault);
    }
  });
});

it("messages differ in their bytes when they differ in anything", () => {
  const one = pack(MsgRevokeConsentSchema, { signer: "a", datasetId: "b", version: 1n });
  const two = pack(MsgRevokeConsentSchema, { signer: "a", datasetId: "b", version: 2n });
  const other = pack(MsgSendSchema, { fromAddress: "a", toAddress: "b" });
  const all = [one, two, other].map((message) => toHex(signBytes(signDoc({ ...first, messages: [message] }))));
  expect(new Set(all).size).toBe(3);
});

it("amino sorts keys at every depth", () => {
  expect(aminoText({ b: [{ d: 1, c: null }], a: true, B: "" })).toBe('{"B":"","a":true,"b":[{"c":null,"d":1}]}');
});

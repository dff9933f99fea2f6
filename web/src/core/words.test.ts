import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/sign.json";
import { AuthInfoSchema, SignDocSchema, TxBodySchema } from "../gen/cosmos/tx/v1beta1/tx_pb";
import { MsgApproveEthicsSchema } from "../gen/volens/attestation/v1/tx_pb";
import { AIUse, DataClass } from "../gen/volens/consent/v1/duo_pb";
import { MsgGrantConsentSchema } from "../gen/volens/consent/v1/tx_pb";
import { MsgDecideRequestSchema } from "../gen/volens/market/v1/tx_pb";
import { fromBase64, utf8 } from "./bytes";
import { readAmino, readDirect } from "./tx/read";
import { pack, registry } from "./tx/registry";
import { aminoBytes, aminoDoc, type Draft, signBytes, signDoc } from "./tx/sign";
import { keysOf, type Line, visible, wordsOf } from "./words";

const draft: Draft = {
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

const account = vectors.address;
const id = "0a".repeat(16);
const shown = (...messages: Draft["messages"]) => wordsOf(signBytes(signDoc({ ...draft, messages })), "direct");
const at = (lines: readonly Line[], path: string) => lines.find((line) => line.path === path)?.value;

describe("the bytes of Go", () => {
  const known = vectors.messages.filter(({ name }) => !name.endsWith(" odd"));

  it.each(known.map((vector) => [vector.name, vector] as const))("%s: both modes say the same", (_, vector) => {
    const any = create(AnySchema, { typeUrl: vector.type_url, value: fromBase64(vector.value) });
    const document = { ...draft, messages: [any] };
    const direct = wordsOf(signBytes(signDoc(document)), "direct");
    const amino = wordsOf(utf8(vector.amino), "amino");
    expect(direct.messages).toHaveLength(1);
    expect(direct.messages[0]?.lines.length).toBeGreaterThan(0);
    expect(amino).toEqual({ ...direct, mode: "amino" });
    expect(aminoBytes(aminoDoc(document))).toEqual(utf8(vector.amino));
  });

  it.each(vectors.documents.map((document) => [document.name, document] as const))("%s", (_, { direct, amino }) => {
    const read = readDirect(fromBase64(direct));
    expect(readAmino(utf8(amino))).toEqual({ ...read, mode: "amino" });
    const { memo, fee, timeoutHeight } = wordsOf(fromBase64(direct), "direct");
    expect({ memo, fee, timeoutHeight }).toEqual({
      memo: visible(read.memo),
      fee: read.fee.map((coin) => ({ denom: coin.denom, amount: BigInt(coin.amount) })),
      timeoutHeight: read.timeoutHeight,
    });
  });

  it("with a choice that no vocabulary has is not shown", () => {
    const odd = vectors.messages.find(({ name }) => name === "consent.v1.MsgGrantConsent odd");
    const fault = expect.objectContaining({ kind: "integrity", code: "unknown-message" });
    expect(() => wordsOf(utf8(odd?.amino ?? ""), "amino")).toThrow(fault);
  });
});

describe("words", () => {
  it("say yes or no by the key", () => {
    const yes = pack(MsgDecideRequestSchema, { owner: account, requestId: id, datasetId: id, yes: true });
    const no = pack(MsgDecideRequestSchema, { owner: account, requestId: id, datasetId: id });
    expect(shown(yes, no).messages.map(({ key }) => key)).toEqual([
      "sign.message.market.MsgDecideRequest.yes",
      "sign.message.market.MsgDecideRequest.no",
    ]);
    expect(shown(yes).messages[0]?.values).toEqual({ owner: account, requestId: id, datasetId: id, yes: "true" });
  });

  it("tell everything that a consent allows", () => {
    const policy = {
      permission: "DUO:0000042",
      modifiers: [{ term: "DUO:0000025", months: 12 }],
      own: { ai: AIUse.AI_USE_NONE },
      dataClasses: [DataClass.GERMLINE_VARIANTS],
    };
    const message = pack(MsgGrantConsentSchema, { owner: account, datasetId: id, provision: { policy, kMin: 11 } });
    const lines = shown(message).messages[0]?.lines ?? [];
    expect(at(lines, "provision.policy.permission")).toEqual({ kind: "text", text: "DUO:0000042" });
    expect(at(lines, "provision.policy.modifiers[0].months")).toEqual({ kind: "number", number: 12n });
    expect(at(lines, "provision.policy.own.ai")).toMatchObject({ key: "sign.choice.consent.AIUse.AI_USE_NONE" });
    expect(at(lines, "provision.policy.own.link")).toEqual({ kind: "flag", on: false });
    expect(at(lines, "provision.k_min")).toEqual({ kind: "number", number: 11n });
    expect(at(lines, "dataset_id")).toEqual({ kind: "id", id });
    expect(at(lines, "owner")).toEqual({ kind: "address", address: account });
  });

  it("name numbers that are choices", () => {
    const lines =
      shown(pack(MsgApproveEthicsSchema, { organisation: account, purposes: [3] })).messages[0]?.lines ?? [];
    expect(at(lines, "purposes[0]")).toMatchObject({ kind: "choice", key: "sign.choice.consent.Purpose.PURPOSE_HMB" });
  });

  it("hide nothing in a text", () => {
    const message = pack(MsgGrantConsentSchema, { owner: account, datasetId: "a\u202eb\u0000\u200b" });
    const lines = shown(message).messages[0]?.lines ?? [];
    expect(at(lines, "dataset_id")).toEqual({ kind: "text", text: "a\\u{202e}b\\u{0}\\u{200b}" });
  });

  it.each(["34f", "115f", "17b4", "180e", "2800", "3164", "fe0f", "feff", "ffa0", "e0041", "e0101"])(
    "show that U+%s is there",
    (point) => {
      const char = String.fromCodePoint(Number.parseInt(point, 16));
      expect(visible(`a${char}b`)).toBe(`a\\u{${point}}b`);
    },
  );

  it("have a key for everything that a message can say", () => {
    const types = [...new Set(vectors.messages.map(({ type_url }) => type_url.slice(1)))].flatMap((name) => {
      const desc = registry.getMessage(name);
      return desc ? [desc] : [];
    });
    const keys = new Set(keysOf(types));
    for (const vector of vectors.messages.filter(({ name }) => name.endsWith(" full"))) {
      const any = create(AnySchema, { typeUrl: vector.type_url, value: fromBase64(vector.value) });
      for (const words of shown(any).messages) {
        expect(keys).toContain(words.key);
        for (const line of words.lines) {
          expect(keys).toContain(line.key);
          if (line.value.kind === "choice") expect(keys).toContain(line.value.key);
        }
      }
    }
  });
});

describe("a document that hides something is refused", () => {
  const message = pack(MsgDecideRequestSchema, { owner: account, requestId: id, datasetId: id, yes: true });
  const honest = signDoc({ ...draft, messages: [message] });
  const body = (change: object) => toBinary(TxBodySchema, create(TxBodySchema, { messages: [message], ...change }));
  const info = (change: object) => {
    const amino = { sum: { case: "single" as const, value: { mode: 127 } } };
    return toBinary(AuthInfoSchema, create(AuthInfoSchema, { signerInfos: [{ modeInfo: amino }], fee: {}, ...change }));
  };
  const doc = (change: object) => toBinary(SignDocSchema, create(SignDocSchema, { ...honest, ...change }));

  it.each([
    ["no document", Uint8Array.of(1, 2, 3)],
    ["nothing", Uint8Array.of()],
    ["an unknown field", Uint8Array.of(...signBytes(honest), 0x78, 1)],
    ["the same field twice", Uint8Array.of(...signBytes(honest), 0x20, 7)],
    ["no messages", doc({ bodyBytes: body({ messages: [] }) })],
    ["an extension", doc({ bodyBytes: body({ extensionOptions: [message] }) })],
    ["another extension", doc({ bodyBytes: body({ nonCriticalExtensionOptions: [message] }) })],
    ["no order", doc({ bodyBytes: body({ unordered: true }) })],
    ["another payer", doc({ authInfoBytes: info({ fee: { payer: account } }) })],
    ["another mode", doc({ authInfoBytes: info({}) })],
    ["no signer", doc({ authInfoBytes: info({ signerInfos: [] }) })],
    ["no fee", doc({ authInfoBytes: info({ fee: undefined }) })],
  ])("%s", (_, bytes) => {
    expect(() => wordsOf(bytes, "direct")).toThrow(expect.objectContaining({ code: "unknown-document" }));
  });

  const amino = JSON.stringify(aminoDoc({ ...draft, messages: [message] }));
  const sorted = new TextDecoder().decode(aminoBytes(aminoDoc({ ...draft, messages: [message] })));

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["nothing in it", "{}"],
    ["keys in another order", amino.replace("{", '{"memo":"",')],
    ["a key more", sorted.replace("{", '{"a":1,')],
    ["a key more in a message", sorted.replace('"value":{', '"value":{"a":1,')],
    ["white space", ` ${sorted}`],
    ["a key twice", sorted.replace('"memo":""', '"memo":"x","memo":""')],
    ["a default that is written", sorted.replace('"yes":true', '"yes":false')],
    ["a text in place of a flag", sorted.replace('"yes":true', '"yes":"true"')],
    ["another spelling of a character", sorted.replace(id, `\\u0030a${id.slice(2)}`)],
    ["a fee that is no list", sorted.replace('"amount":[]', '"amount":{}')],
    ["a number in place of digits", sorted.replace('"sequence":"3"', '"sequence":3')],
  ])("amino with %s", (_, text) => {
    expect(text).not.toBe(sorted);
    expect(() => wordsOf(utf8(text), "amino")).toThrow(expect.objectContaining({ code: "unknown-document" }));
  });

  it("amino with a message of an unknown name", () => {
    const text = sorted.replace("volens/MsgDecideRequest", "volens/MsgEverything");
    expect(() => wordsOf(utf8(text), "amino")).toThrow(expect.objectContaining({ code: "unknown-message" }));
  });
});

import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { type Coin, CoinSchema } from "../../gen/cosmos/base/v1beta1/coin_pb";
import { PubKeySchema } from "../../gen/cosmos/crypto/secp256k1/keys_pb";
import { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing_pb";
import { AuthInfoSchema, SignDocSchema, TxBodySchema } from "../../gen/cosmos/tx/v1beta1/tx_pb";
import { equal, fromUtf8 } from "../bytes";
import { Fault } from "../fault";
import { type Amino, type AminoObject, aminoText } from "./amino";
import { readAminoAny } from "./aminoread";
import { type Known, open, rejectUnknown } from "./registry";
import { aminoDoc, type Draft, type Mode } from "./sign";

/** What a document to be signed says, read back from its very bytes. */
export interface Read {
  readonly mode: Mode;
  readonly messages: readonly Known[];
  readonly memo: string;
  readonly fee: readonly Coin[];
  readonly gas: bigint;
  /** Whose allowance pays the fee; empty for the signer. */
  readonly granter: string;
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly timeoutHeight: bigint;
}

/**
 * Reads the bytes of a SignDoc of one signer in SIGN_MODE_DIRECT. Anything that could not be shown is an integrity Fault:
 * `unknown-message` for a message, `unknown-document` for the rest: other bytes than the same document written again,
 * extensions, a payer, another mode.
 */
export function readDirect(bytes: Uint8Array): Read {
  const doc = strict(SignDocSchema, bytes);
  const body = strict(TxBodySchema, doc.bodyBytes);
  const info = strict(AuthInfoSchema, doc.authInfoBytes);
  const [signer, ...others] = info.signerInfos;
  const mode = signer?.modeInfo?.sum;
  const plain =
    body.extensionOptions.length === 0 &&
    body.nonCriticalExtensionOptions.length === 0 &&
    !body.unordered &&
    body.timeoutTimestamp === undefined;
  if (!plain || signer === undefined || others.length > 0 || info.fee === undefined || info.fee.payer !== "") {
    throw unknown();
  }
  if (mode?.case !== "single" || mode.value.mode !== SignMode.DIRECT || signer.publicKey === undefined) throw unknown();
  const { typeUrl, value } = signer.publicKey;
  if (typeUrl !== `/${PubKeySchema.typeName}` || strict(PubKeySchema, value).key.length !== 33) throw unknown();
  return {
    mode: "direct",
    messages: opened(body.messages),
    memo: body.memo,
    fee: info.fee.amount,
    gas: info.fee.gasLimit,
    granter: info.fee.granter,
    chainId: doc.chainId,
    accountNumber: doc.accountNumber,
    sequence: signer.sequence,
    timeoutHeight: body.timeoutHeight,
  };
}

/** Reads the bytes of an amino document. Faults as {@link readDirect}. */
export function readAmino(bytes: Uint8Array): Read {
  const text = fromUtf8(bytes);
  const doc = parse(text);
  const fee = doc.fee as AminoObject | undefined;
  if (typeof fee !== "object" || fee === null || !Array.isArray(fee.amount) || !Array.isArray(doc.msgs))
    throw unknown();
  const packed = (doc.msgs as readonly Amino[]).map(readAminoAny);
  const draft: Draft = {
    messages: packed,
    memo: textOf(doc.memo),
    timeoutHeight: longOf(doc.timeout_height ?? "0"),
    fee: (fee.amount as readonly Amino[]).map(coinOf),
    gas: longOf(fee.gas),
    granter: textOf(fee.granter ?? ""),
    chainId: textOf(doc.chain_id),
    accountNumber: longOf(doc.account_number),
    sequence: longOf(doc.sequence),
    publicKey: new Uint8Array(),
  };
  // What was read is what is signed, in all of it: the document has nothing that was passed over.
  if (aminoText(aminoDoc(draft)) !== text) throw unknown();
  const { publicKey: _, messages: __, ...rest } = draft;
  return { ...rest, mode: "amino", messages: opened(packed) };
}

function opened(messages: readonly Any[]): Known[] {
  if (messages.length === 0) throw unknown();
  return messages.map(open);
}

function unknown(): Fault {
  return new Fault("integrity", "unknown-document");
}

/** Reads a message that must be written in the one way that we write it. */
function strict<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  let message: MessageShape<D>;
  try {
    message = fromBinary(schema, bytes);
  } catch {
    throw unknown();
  }
  rejectUnknown(schema, message, "unknown-document");
  if (!equal(toBinary(schema, message), bytes)) throw unknown();
  return message;
}

function parse(text: string): AminoObject {
  try {
    const doc: unknown = JSON.parse(text);
    if (typeof doc === "object" && doc !== null && !Array.isArray(doc)) return doc as AminoObject;
  } catch {
    // Refused below.
  }
  throw unknown();
}

function textOf(value: Amino | undefined): string {
  if (typeof value !== "string") throw unknown();
  return value;
}

function longOf(value: Amino | undefined): bigint {
  if (typeof value !== "string" || !/^\d{1,20}$/.test(value)) throw unknown();
  return BigInt(value);
}

function coinOf(value: Amino): Coin {
  const coin = value as AminoObject | null;
  if (typeof coin !== "object" || coin === null) throw unknown();
  return create(CoinSchema, { denom: textOf(coin.denom), amount: textOf(coin.amount) });
}

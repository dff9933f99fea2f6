import { create, toBinary } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Coin } from "../../gen/cosmos/base/v1beta1/coin_pb";
import { PubKeySchema } from "../../gen/cosmos/crypto/secp256k1/keys_pb";
import { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing_pb";
import {
  AuthInfoSchema,
  type Fee,
  FeeSchema,
  type SignDoc,
  SignDocSchema,
  TxBodySchema,
  TxRawSchema,
} from "../../gen/cosmos/tx/v1beta1/tx_pb";
import { type Bytes, utf8 } from "../bytes";
import { type Amino, type AminoObject, aminoAny, aminoText } from "./amino";
import { pack } from "./registry";

/** How a signature is made: over protobuf, or over amino JSON, which is what hardware wallets show. */
export type Mode = "direct" | "amino";

/** Everything that a transaction of one signer says. Money is in the smallest unit. */
export interface Draft {
  readonly messages: readonly Any[];
  readonly memo: string;
  /** The last block that may hold it; 0 for any. */
  readonly timeoutHeight: bigint;
  readonly fee: readonly Coin[];
  readonly gas: bigint;
  /** Whose allowance pays the fee; empty for the signer. */
  readonly granter: string;
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** Compressed secp256k1 key of the signer, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** The document that amino signatures are made over: the `StdSignDoc` of wallets. */
export type AminoDoc = AminoObject;

/** The bytes of the TxBody. */
export function bodyBytes(draft: Draft): Bytes {
  const { memo, timeoutHeight } = draft;
  return own(toBinary(TxBodySchema, create(TxBodySchema, { messages: [...draft.messages], memo, timeoutHeight })));
}

/** The bytes of the AuthInfo: one signer, in the mode. */
export function authInfoBytes(draft: Draft, mode: Mode): Bytes {
  const info = create(AuthInfoSchema, {
    signerInfos: [
      {
        publicKey: pack(PubKeySchema, { key: draft.publicKey }),
        modeInfo: {
          sum: { case: "single", value: { mode: mode === "direct" ? SignMode.DIRECT : SignMode.LEGACY_AMINO_JSON } },
        },
        sequence: draft.sequence,
      },
    ],
    fee: feeOf(draft),
  });
  return own(toBinary(AuthInfoSchema, info));
}

function feeOf(draft: Draft): Fee {
  return create(FeeSchema, { amount: [...draft.fee], gasLimit: draft.gas, granter: draft.granter });
}

/** The document of SIGN_MODE_DIRECT. */
export function signDoc(draft: Draft): SignDoc {
  return create(SignDocSchema, {
    bodyBytes: bodyBytes(draft),
    authInfoBytes: authInfoBytes(draft, "direct"),
    chainId: draft.chainId,
    accountNumber: draft.accountNumber,
  });
}

/** The bytes of a SignDoc, over whose SHA-256 ECDSA signs. */
export function signBytes(doc: SignDoc): Bytes {
  return own(toBinary(SignDocSchema, doc));
}

/** The document of SIGN_MODE_LEGACY_AMINO_JSON. */
export function aminoDoc(draft: Draft): AminoDoc {
  const coins: Amino[] = draft.fee.map(({ amount, denom }) => ({ amount, denom }));
  return {
    account_number: draft.accountNumber.toString(),
    chain_id: draft.chainId,
    fee: {
      amount: coins,
      gas: draft.gas.toString(),
      ...(draft.granter === "" ? {} : { granter: draft.granter }),
    },
    memo: draft.memo,
    msgs: draft.messages.map((message) => aminoAny(message)),
    sequence: draft.sequence.toString(),
    ...(draft.timeoutHeight === 0n ? {} : { timeout_height: draft.timeoutHeight.toString() }),
  };
}

/** The bytes of an amino document, over whose SHA-256 ECDSA signs. */
export function aminoBytes(doc: AminoDoc): Bytes {
  return utf8(aminoText(doc));
}

/** The transaction to broadcast. The signature is r and s, 64 bytes. */
export function txBytes(draft: Draft, mode: Mode, signature: Uint8Array): Bytes {
  const raw = create(TxRawSchema, {
    bodyBytes: bodyBytes(draft),
    authInfoBytes: authInfoBytes(draft, mode),
    signatures: [signature],
  });
  return own(toBinary(TxRawSchema, raw));
}

function own(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : bytes.slice();
}

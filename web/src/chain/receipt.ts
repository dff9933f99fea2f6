import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { unpack } from "../core/tx/registry";
import { TxMsgDataSchema } from "../gen/cosmos/base/abci/v1beta1/abci_pb";
import type { AbciEvent, IncludedTx } from "./node";

/** A transaction that stands in a block and succeeded. */
export interface Receipt {
  readonly height: bigint;
  /** In lower-case hexadecimal digits. */
  readonly hash: string;
  readonly gasUsed: bigint;
  readonly events: readonly AbciEvent[];
  /** One for each message, in order. */
  readonly responses: readonly Any[];
}

/** Reads the receipt of a transaction that succeeded. */
export function receiptOf(found: IncludedTx): Receipt {
  let responses: Any[];
  try {
    responses = fromBinary(TxMsgDataSchema, found.data).msgResponses;
  } catch (cause) {
    throw new Fault("internal", "node-answer", { cause });
  }
  return { height: found.height, hash: toHex(found.hash), gasUsed: found.gasUsed, events: found.events, responses };
}

/** The answer to the message at an index: `response(receipt, 0, MsgGrantConsentResponseSchema).version`. */
export function response<D extends DescMessage>(receipt: Receipt, index: number, schema: D): MessageShape<D> {
  const any = receipt.responses[index];
  if (any === undefined) throw new Fault("internal", "node-answer");
  return unpack(any, schema);
}

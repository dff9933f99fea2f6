import {
  create,
  createRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  type Registry,
  toBinary,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { file_cosmos_bank_v1beta1_tx } from "../../gen/cosmos/bank/v1beta1/tx_pb";
import { file_cosmos_crypto_secp256k1_keys } from "../../gen/cosmos/crypto/secp256k1/keys_pb";
import { file_cosmos_feegrant_v1beta1_feegrant } from "../../gen/cosmos/feegrant/v1beta1/feegrant_pb";
import { file_cosmos_feegrant_v1beta1_tx } from "../../gen/cosmos/feegrant/v1beta1/tx_pb";
import { file_volens_attestation_v1_tx } from "../../gen/volens/attestation/v1/tx_pb";
import { file_volens_consent_v1_tx } from "../../gen/volens/consent/v1/tx_pb";
import { file_volens_custody_v1_tx } from "../../gen/volens/custody/v1/tx_pb";
import { file_volens_dataset_v1_tx } from "../../gen/volens/dataset/v1/tx_pb";
import { file_volens_market_v1_tx } from "../../gen/volens/market/v1/tx_pb";
import { Fault } from "../fault";

/** Every message that the app signs, shows or finds inside one. */
export const registry: Registry = createRegistry(
  file_volens_dataset_v1_tx,
  file_volens_attestation_v1_tx,
  file_volens_consent_v1_tx,
  file_volens_custody_v1_tx,
  file_volens_market_v1_tx,
  file_cosmos_bank_v1beta1_tx,
  file_cosmos_feegrant_v1beta1_tx,
  file_cosmos_feegrant_v1beta1_feegrant,
  file_cosmos_crypto_secp256k1_keys,
);

/** A message that is known: its type, and its value as that type reads it. */
export interface Known {
  readonly desc: DescMessage;
  readonly message: Message;
}

/** Packs a message for a transaction: `pack(MsgRevokeConsentSchema, { signer, datasetId, version })`. */
export function pack<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any {
  const message = create(schema, init);
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value: toBinary(schema, message) });
}

/** Packs a message whose type is found by its name. One of an unknown type is a usage Fault `unknown-message`. */
export function packKnown(message: Message): Any {
  const desc = registry.getMessage(message.$typeName);
  if (desc === undefined) throw new Fault("usage", "unknown-message", { message: message.$typeName });
  return create(AnySchema, { typeUrl: `/${desc.typeName}`, value: toBinary(desc, message) });
}

/** Reads a packed message of a type that the caller expects; of another one, it is an internal Fault `other-message`. */
export function unpack<D extends DescMessage>(any: Any, schema: D): MessageShape<D> {
  if (any.typeUrl !== `/${schema.typeName}`) throw new Fault("internal", "other-message");
  return fromBinary(schema, any.value);
}

/**
 * Reads a packed message of any known type. An unknown type, and bytes with fields that the type does not have, are an
 * integrity Fault `unknown-message`: nobody can be shown what they would sign.
 */
export function open(any: Any): Known {
  const desc = any.typeUrl.startsWith("/") ? registry.getMessage(any.typeUrl.slice(1)) : undefined;
  if (desc === undefined) throw new Fault("integrity", "unknown-message", { message: any.typeUrl });
  let message: Message;
  try {
    message = fromBinary(desc, any.value);
  } catch (cause) {
    throw new Fault("integrity", "unknown-message", { cause });
  }
  rejectUnknown(desc, message);
  return { desc, message };
}

/** Throws an integrity Fault, `unknown-message` if not told, if the message or one inside has fields that its type has not. */
export function rejectUnknown(desc: DescMessage, message: Message, code = "unknown-message"): void {
  if ((message.$unknown?.length ?? 0) > 0) throw new Fault("integrity", code, { message: desc.typeName });
  const view = reflect(desc, message);
  for (const field of desc.fields) {
    if (field.fieldKind === "message" && view.isSet(field)) rejectUnknown(field.message, view.get(field).message, code);
    if (field.fieldKind !== "list" || field.listKind !== "message") continue;
    for (const item of view.get(field)) rejectUnknown(field.message, (item as { message: Message }).message, code);
  }
}

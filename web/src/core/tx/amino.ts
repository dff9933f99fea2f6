import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import { type ReflectList, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { Any, Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { dont_omitempty, encoding, field_name, message_encoding, name } from "../../gen/amino/amino_pb";
import { scalar } from "../../gen/cosmos_proto/cosmos_pb";
import { toBase64 } from "../bytes";
import { Fault } from "../fault";
import { timestampText } from "../time";
import { open } from "./registry";

/** A value of amino JSON. 64-bit numbers are texts, bytes base64. */
export type Amino = string | number | boolean | null | readonly Amino[] | AminoObject;

/** An object of amino JSON. */
export interface AminoObject {
  readonly [key: string]: Amino;
}

/**
 * The amino JSON of a packed message, with its amino name, or its type URL where it has none: what x/tx's `aminojson`
 * of the Cosmos SDK (v0.55) writes, by the same options of the descriptors.
 */
export function aminoAny(any: Any): AminoObject {
  const { desc, message } = open(any);
  return { type: hasOption(desc, name) ? getOption(desc, name) : any.typeUrl, value: aminoMessage(desc, message) };
}

/** The amino JSON of a message, without its name. */
export function aminoMessage(desc: DescMessage, message: Message): Amino {
  return encodeMessage(reflect(desc, message));
}

function encodeMessage(view: ReflectMessage): Amino {
  const { desc, message } = view;
  if (desc.typeName === "google.protobuf.Timestamp") return timestampText(message as Timestamp);
  if (desc.typeName === "google.protobuf.Duration") return durationText(message as Duration);
  if (desc.typeName === "google.protobuf.Any") return aminoAny(message as Any);
  if (hasOption(desc, message_encoding)) return encodeSpecial(view, getOption(desc, message_encoding));
  const out: Record<string, Amino> = {};
  for (const field of desc.fields) {
    if (field.oneof !== undefined) throw new Fault("usage", "amino-unsupported", { message: desc.typeName });
    if (!view.isSet(field)) {
      if (!hasOption(field, dont_omitempty) || !getOption(field, dont_omitempty)) continue;
      if (field.fieldKind === "message") throw new Fault("usage", "missing-field", { reasons: [field.name] });
    }
    out[hasOption(field, field_name) ? getOption(field, field_name) : field.name] = encodeField(view, field);
  }
  return out;
}

/** The one message encoding that we meet: a public key is its bytes. */
function encodeSpecial(view: ReflectMessage, how: string): Amino {
  const key = view.desc.field.key;
  if (how !== "key_field" || key?.fieldKind !== "scalar" || key.scalar !== ScalarType.BYTES) {
    throw new Fault("usage", "amino-unsupported", { message: view.desc.typeName });
  }
  const bytes = view.get(key) as Uint8Array;
  return bytes.length === 0 ? null : toBase64(bytes);
}

function encodeField(view: ReflectMessage, field: DescField): Amino {
  switch (field.fieldKind) {
    case "message":
      return encodeMessage(view.get(field));
    case "list":
      return encodeList(view.get(field), field);
    case "enum":
      return view.get(field);
    case "scalar":
      return encodeScalar(view.get(field), scalarOption(field));
    default:
      throw new Fault("usage", "amino-unsupported", { message: `${field.parent.typeName}.${field.name}` });
  }
}

/** An empty list that must be written is `null`, or `[]` if it is one of coins or says so. */
function encodeList(list: ReflectList, field: DescField & { fieldKind: "list" }): Amino {
  const how = hasOption(field, encoding) ? getOption(field, encoding) : "";
  if (list.size === 0) return how === "legacy_coins" || how === "null_slice_as_empty" ? [] : null;
  return [...list].map((item) =>
    field.listKind === "message" ? encodeMessage(item as ReflectMessage) : encodeScalar(item, ""),
  );
}

function scalarOption(field: DescField): string {
  return hasOption(field, scalar) ? getOption(field, scalar) : "";
}

function encodeScalar(value: unknown, meaning: string): Amino {
  if (meaning === "cosmos.Int") return value === "" ? "0" : String(value);
  if (value instanceof Uint8Array) return toBase64(value);
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "string":
    case "number":
    case "boolean":
      return value;
    default:
      throw new Fault("usage", "amino-unsupported");
  }
}

function durationText(duration: Duration): string {
  return (duration.seconds * 1_000_000_000n + BigInt(duration.nanos)).toString();
}

/** Characters that Go's encoding/json escapes besides those of JSON itself. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/** Amino JSON as it is signed: keys sorted, no white space, escaped as Go does. */
export function aminoText(value: Amino): string {
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value).replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  if (Array.isArray(value)) return `[${value.map(aminoText).join(",")}]`;
  const entries = Object.entries(value as AminoObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${aminoText(key)}:${aminoText(item)}`).join(",")}}`;
}

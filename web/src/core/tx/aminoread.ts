import {
  create,
  type DescField,
  type DescMessage,
  getOption,
  hasOption,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { type Any, AnySchema, DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { field_name, message_encoding, name } from "../../gen/amino/amino_pb";
import { scalar } from "../../gen/cosmos_proto/cosmos_pb";
import { fromBase64 } from "../bytes";
import { Fault } from "../fault";
import { parseTimestamp } from "../time";
import type { Amino, AminoObject } from "./amino";
import { registry } from "./registry";

const byAminoName = new Map<string, DescMessage>();
for (const type of registry) {
  if (type.kind === "message" && hasOption(type, name)) byAminoName.set(getOption(type, name), type);
}

/**
 * Reads the amino JSON of a packed message: the inverse of `aminoAny`. It is lenient in nothing that it understands, but
 * callers compare what it read, written again, with the very text that is signed.
 */
export function readAminoAny(value: Amino | undefined): Any {
  const { type, value: inner } = object(value);
  if (typeof type !== "string" || inner === undefined) throw malformed();
  const desc = type.startsWith("/") ? registry.getMessage(type.slice(1)) : byAminoName.get(type);
  if (desc === undefined) throw new Fault("integrity", "unknown-message", { message: type });
  const view = reflect(desc, create(desc));
  readMessage(view, inner);
  return create(AnySchema, { typeUrl: `/${desc.typeName}`, value: toBinary(desc, view.message) });
}

function malformed(): Fault {
  return new Fault("integrity", "unknown-document");
}

function object(value: Amino | undefined): AminoObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed();
  return value as AminoObject;
}

function readMessage(view: ReflectMessage, value: Amino): void {
  if (hasOption(view.desc, message_encoding)) {
    const key = view.desc.field.key;
    if (key === undefined) throw malformed();
    view.set(key, readScalar(value ?? "", ScalarType.BYTES, ""));
    return;
  }
  const fields = new Map(view.desc.fields.map((field) => [aminoNameOf(field), field]));
  for (const [key, item] of Object.entries(object(value))) {
    const field = fields.get(key);
    if (field === undefined) throw malformed();
    readField(view, field, item);
  }
}

function aminoNameOf(field: DescField): string {
  return hasOption(field, field_name) ? getOption(field, field_name) : field.name;
}

function readField(view: ReflectMessage, field: DescField, value: Amino): void {
  switch (field.fieldKind) {
    case "message":
      view.set(field, readInner(field.message, value));
      return;
    case "enum":
      if (typeof value !== "number" || !Number.isInteger(value)) throw malformed();
      view.set(field, value);
      return;
    case "scalar":
      view.set(field, readScalar(value, field.scalar, hasOption(field, scalar) ? getOption(field, scalar) : ""));
      return;
    case "list":
      readList(view, field, value);
      return;
    default:
      throw malformed();
  }
}

function readList(view: ReflectMessage, field: DescField & { fieldKind: "list" }, value: Amino): void {
  if (value === null) return;
  if (!Array.isArray(value)) throw malformed();
  const list = view.get(field);
  for (const item of value as readonly Amino[]) {
    if (field.listKind === "message") list.add(readInner(field.message, item));
    else if (field.listKind === "enum") list.add(readScalar(item, ScalarType.INT32, ""));
    else list.add(readScalar(item, field.scalar, ""));
  }
}

function readInner(desc: DescMessage, value: Amino): ReflectMessage {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return reflect(TimestampSchema, readTime(value));
    case "google.protobuf.Duration": {
      if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) throw malformed();
      const all = BigInt(value);
      const parts = { seconds: all / 1_000_000_000n, nanos: Number(all % 1_000_000_000n) };
      return reflect(DurationSchema, create(DurationSchema, parts));
    }
    case "google.protobuf.Any":
      return reflect(AnySchema, readAminoAny(value));
    default: {
      const view = reflect(desc, create(desc));
      readMessage(view, value);
      return view;
    }
  }
}

function readTime(value: Amino) {
  const time = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (time === undefined) throw malformed();
  return time;
}

const long = new Set([ScalarType.INT64, ScalarType.UINT64, ScalarType.SINT64, ScalarType.FIXED64, ScalarType.SFIXED64]);

function readScalar(value: Amino, type: ScalarType, meaning: string): unknown {
  if (long.has(type)) {
    if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) throw malformed();
    return BigInt(value);
  }
  switch (type) {
    case ScalarType.BYTES:
      if (typeof value !== "string") throw malformed();
      return fromBase64(value);
    case ScalarType.STRING:
      if (typeof value !== "string" || (meaning === "cosmos.Int" && !/^-?\d+$/.test(value))) throw malformed();
      return value;
    case ScalarType.BOOL:
      if (typeof value !== "boolean") throw malformed();
      return value;
    default:
      if (typeof value !== "number" || !Number.isInteger(value)) throw malformed();
      return value;
  }
}

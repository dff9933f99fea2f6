import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { Any, Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { Coin } from "../gen/cosmos/base/v1beta1/coin_pb";
import { scalar } from "../gen/cosmos_proto/cosmos_pb";
import { PurposeSchema, RecipientClassSchema } from "../gen/volens/consent/v1/duo_pb";
import { toHex } from "./bytes";
import { Fault } from "./fault";
import { isId } from "./ids";
import { timestampText } from "./time";
import { readAmino, readDirect } from "./tx/read";
import { type Known, open } from "./tx/registry";
import type { Mode } from "./tx/sign";

/** A value of a message as a screen shows it. Texts come from outside; they hold no invisible characters any more. */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "bytes"; readonly hex: string }
  | { readonly kind: "money"; readonly amount: bigint; readonly denom: string }
  | { readonly kind: "number"; readonly number: bigint }
  | { readonly kind: "flag"; readonly on: boolean }
  | { readonly kind: "choice"; readonly key: string }
  | { readonly kind: "time"; readonly iso: string }
  | { readonly kind: "duration"; readonly seconds: bigint };

/** One line of a message: the i18n key of what it says, where it stands, and its value. */
export interface Line {
  /** `sign.field.<name>`. */
  readonly key: string;
  /** Such as `provision.policy.modifiers[0].term`. */
  readonly path: string;
  readonly value: Value;
}

/** One message in words. */
export interface Words {
  /** `sign.message.<module>.<Msg>`, and for a message that says yes or no `....yes` or `....no`. */
  readonly key: string;
  /** Simple values of the message itself by camelCase name, to be filled into the text of the key. */
  readonly values: Readonly<Record<string, string>>;
  /** Everything that the message says. */
  readonly lines: readonly Line[];
  /** Full name of the message's type, for those who want to know. */
  readonly type: string;
}

/** A whole document in words. */
export interface Shown {
  readonly mode: Mode;
  readonly messages: readonly Words[];
  readonly memo: string;
  readonly fee: readonly { readonly amount: bigint; readonly denom: string }[];
  readonly gas: bigint;
  /** Who pays the fee by an allowance; empty for the signer. */
  readonly granter: string;
  readonly chainId: string;
  readonly sequence: bigint;
  readonly timeoutHeight: bigint;
}

/**
 * Says in words what the bytes of a document say that is about to be signed: what is shown is what is signed. What cannot
 * be shown in full is an integrity Fault, `unknown-message` or `unknown-document`.
 */
export function wordsOf(bytes: Uint8Array, mode: Mode): Shown {
  const read = mode === "direct" ? readDirect(bytes) : readAmino(bytes);
  return {
    mode,
    messages: read.messages.map(messageWords),
    memo: visible(read.memo),
    fee: read.fee.map((coin) => ({ amount: amountOf(coin.amount), denom: visible(coin.denom) })),
    gas: read.gas,
    granter: visible(read.granter),
    chainId: visible(read.chainId),
    sequence: read.sequence,
    timeoutHeight: read.timeoutHeight,
  };
}

/** Fields of numbers that are choices; their types are kept by a module to the right. */
const choices: Readonly<Record<string, DescEnum>> = {
  "volens.attestation.v1.MsgApproveEthics.purposes": PurposeSchema,
  "volens.attestation.v1.MsgIssueVisa.recipient_class": RecipientClassSchema,
};

/** Truth values that turn a message into another one. */
const answers = new Set(["yes", "approve", "uphold", "lift"]);

/** One message in words. */
export function messageWords({ desc, message }: Known): Words {
  const view = reflect(desc, message);
  const lines: Line[] = [];
  addMessage(lines, view, "");
  const values: Record<string, string> = {};
  let answer = "";
  for (const field of desc.fields) {
    const line = lines.find(({ path }) => path === field.name);
    if (line) values[field.localName] = plain(line.value);
    if (line?.value.kind === "flag" && answers.has(field.name)) answer = line.value.on ? ".yes" : ".no";
  }
  return { key: `sign.message.${moduleOf(desc.typeName)}.${desc.name}${answer}`, values, lines, type: desc.typeName };
}

/** `consent` of `volens.consent.v1.MsgGrantConsent`. */
function moduleOf(typeName: string): string {
  return typeName.split(".")[1] ?? "";
}

function addMessage(lines: Line[], view: ReflectMessage, prefix: string): void {
  for (const field of view.desc.fields) {
    const path = prefix + field.name;
    if (field.fieldKind === "list") {
      const items = [...view.get(field)];
      items.forEach((item, i) => {
        const at = `${path}[${i}]`;
        if (field.listKind === "message") addInner(lines, item as ReflectMessage, field, at);
        else add(lines, field, at, simple(field, field.listKind === "enum" ? field.enum : undefined, item));
      });
    } else if (field.fieldKind === "message") {
      if (view.isSet(field)) addInner(lines, view.get(field), field, path);
    } else if (field.fieldKind === "enum" || field.fieldKind === "scalar") {
      const value = view.get(field);
      // What is empty says nothing; false, zero and "unspecified" say something.
      if (value === "" || (value instanceof Uint8Array && value.length === 0)) continue;
      add(lines, field, path, simple(field, field.fieldKind === "enum" ? field.enum : undefined, value));
    } else {
      throw new Fault("integrity", "unknown-message");
    }
  }
}

function add(lines: Line[], field: DescField, path: string, value: Value): void {
  lines.push({ key: `sign.field.${field.name}`, path, value });
}

function addInner(lines: Line[], view: ReflectMessage, field: DescField, path: string): void {
  const { message, desc } = view;
  switch (desc.typeName) {
    case "cosmos.base.v1beta1.Coin": {
      const { amount, denom } = message as Coin;
      add(lines, field, path, { kind: "money", amount: amountOf(amount), denom: visible(denom) });
      return;
    }
    case "google.protobuf.Timestamp":
      add(lines, field, path, { kind: "time", iso: timestampText(message as Timestamp) });
      return;
    case "google.protobuf.Duration":
      add(lines, field, path, { kind: "duration", seconds: (message as Duration).seconds });
      return;
    case "google.protobuf.Any": {
      const inner = open(message as Any);
      add(lines, field, path, {
        kind: "choice",
        key: `sign.message.${moduleOf(inner.desc.typeName)}.${inner.desc.name}`,
      });
      addMessage(lines, reflect(inner.desc, inner.message), `${path}.`);
      return;
    }
    default:
      addMessage(lines, view, `${path}.`);
  }
}

/** A simple value by its type and meaning. */
function simple(field: DescField, type: DescEnum | undefined, value: unknown): Value {
  const named = type ?? choices[`${field.parent.typeName}.${field.name}`];
  if (named !== undefined) return choice(named, Number(value));
  if (value instanceof Uint8Array) return { kind: "bytes", hex: toHex(value) };
  if (typeof value === "boolean") return { kind: "flag", on: value };
  if (typeof value === "bigint" || typeof value === "number") return { kind: "number", number: BigInt(value) };
  if (typeof value !== "string") throw new Fault("integrity", "unknown-message");
  const meaning = hasOption(field, scalar) ? getOption(field, scalar) : "";
  if (meaning === "cosmos.Int") return { kind: "number", number: amountOf(value) };
  const text = visible(value);
  if (meaning === "cosmos.AddressString" || /^volens1[02-9ac-hj-np-z]{38}$/.test(text)) {
    return { kind: "address", address: text };
  }
  return isId(text) ? { kind: "id", id: text } : { kind: "text", text };
}

/** A value of an enum, `sign.choice.<module>.<Enum>.<NAME>`. One that the vocabulary lacks cannot be shown. */
function choice(type: DescEnum, number: number): Value {
  const value = type.value[number];
  if (value === undefined) throw new Fault("integrity", "unknown-message", { message: type.typeName });
  return { kind: "choice", key: `sign.choice.${moduleOf(type.typeName)}.${type.name}.${value.name}` };
}

function amountOf(digits: string): bigint {
  if (!/^-?\d{1,80}$/.test(digits)) throw new Fault("integrity", "unknown-message");
  return BigInt(digits);
}

/**
 * Characters that are not seen, or that reorder others: controls, marks of direction, separators, byte order marks, and
 * letters and marks that Unicode draws as nothing, such as the fillers of Hangul (UAX 44, Default_Ignorable_Code_Point)
 * and an empty cell of Braille.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** A text in which every character can be seen: others are written as `\u{...}`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A value as plain text, for filling into a sentence. Money keeps its smallest unit. */
function plain(value: Value): string {
  switch (value.kind) {
    case "text":
      return value.text;
    case "address":
      return value.address;
    case "id":
      return value.id;
    case "bytes":
      return value.hex;
    case "money":
      return `${value.amount} ${value.denom}`;
    case "number":
      return value.number.toString();
    case "flag":
      return String(value.on);
    case "choice":
      return value.key;
    case "time":
      return value.iso;
    case "duration":
      return value.seconds.toString();
  }
}

/** The keys that the words of these types can have: for tests of the languages. */
export function keysOf(types: readonly DescMessage[]): string[] {
  const keys = new Set<string>();
  const seen = new Set<string>();
  const visit = (desc: DescMessage) => {
    if (seen.has(desc.typeName) || desc.typeName === "google.protobuf.Any") return;
    seen.add(desc.typeName);
    for (const field of desc.fields) {
      const inner = field.message;
      const leaf = inner === undefined || /^(google\.protobuf|cosmos\.base\.v1beta1)\./.test(inner.typeName);
      if (leaf) keys.add(`sign.field.${field.name}`);
      else visit(inner);
      const type = field.enum ?? choices[`${desc.typeName}.${field.name}`];
      for (const value of type?.values ?? []) {
        if (type) keys.add(`sign.choice.${moduleOf(type.typeName)}.${type.name}.${value.name}`);
      }
    }
  };
  for (const desc of types) {
    visit(desc);
    const asked = desc.fields.some((field) => field.scalar === ScalarType.BOOL && answers.has(field.name));
    for (const end of asked ? [".yes", ".no"] : [""])
      keys.add(`sign.message.${moduleOf(desc.typeName)}.${desc.name}${end}`);
  }
  return [...keys].sort();
}

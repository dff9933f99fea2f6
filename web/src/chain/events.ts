import { type DescMessage, fromJson, type JsonObject, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { Fault } from "../core/fault";
import type { AbciEvent } from "./node";

/**
 * The typed events of one type, in order: `eventsOf(receipt.events, EventConsentGrantedSchema)`. The Cosmos SDK writes
 * each field of a typed event as an attribute whose value is the field in proto3 JSON. One that cannot be read is an
 * internal Fault `node-answer`.
 */
export function eventsOf<D extends DescMessage>(events: readonly AbciEvent[], schema: D): MessageShape<D>[] {
  return events.filter(({ type }) => type === schema.typeName).map((event) => read(event, schema));
}

function read<D extends DescMessage>(event: AbciEvent, schema: D): MessageShape<D> {
  const json: JsonObject = {};
  try {
    for (const { key, value } of event.attributes) {
      // What the SDK adds about where an event comes from is no field of it.
      if (schema.fields.some((field) => field.name === key)) json[key] = JSON.parse(value) as JsonValue;
    }
    return fromJson(schema, json);
  } catch (cause) {
    throw new Fault("internal", "node-answer", { cause });
  }
}

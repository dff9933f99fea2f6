import type { DescMessage } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { registry } from "../../core/tx/registry";
import { keysOf } from "../../core/words";
import english from "./locales/en.json";
import spanish from "./locales/es.json";

const messages = [...registry].filter(
  (desc): desc is DescMessage => desc.kind === "message" && /\.Msg[A-Z]\w+(?<!Response)$/.test(desc.typeName),
);

function textOf(texts: object, key: string): unknown {
  return key.split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], texts);
}

describe.each(Object.entries({ english, spanish }))("%s", (_, texts) => {
  it("has words for everything that a message can say", () => {
    expect(messages.length).toBeGreaterThan(50);
    expect(keysOf(messages).filter((key) => typeof textOf(texts, key) !== "string")).toEqual([]);
  });
});

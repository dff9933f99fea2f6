import { describe, expect, it } from "vitest";
import { limits, permissions } from "../../client/consent";
import { ingestSteps } from "../../client/ingest";
import { readability } from "../../core/readability";
import { AIUse, DataClass, Purpose, RecipientClass, SensitiveTopic } from "../../gen/volens/consent/v1/duo_pb";
import { InspectionState } from "../../gen/volens/custody/v1/custody_pb";
import { Kind } from "../../gen/volens/dataset/v1/dataset_pb";
import { DecisionState } from "../../gen/volens/market/v1/market_pb";
import { lockMeans } from "./data/lockmeans";
import { standingColour } from "./data/standing";
import english from "./locales/en.json";

const namesOf = (names: object) => Object.values(names).filter((name) => typeof name === "string");
const awaited = ["REQUESTED", "ACCEPTED", "RELEASED"].filter((name) => name in InspectionState);

/** Keys that are made of a name and a value; the others are held by app/locales.test.ts. */
const made: Readonly<Record<string, readonly string[]>> = {
  kind: namesOf(Kind),
  purpose: namesOf(Purpose),
  dataClass: namesOf(DataClass),
  recipient: namesOf(RecipientClass),
  topic: namesOf(SensitiveTopic),
  ai: namesOf(AIUse),
  answer: namesOf(DecisionState),
  "answer.text": namesOf(DecisionState),
  "inspect.state": awaited,
  standing: Object.keys(standingColour),
  "send.step": ingestSteps,
  "lock.means": lockMeans,
  permission: Object.keys(permissions).flatMap((name) => [`${name}.title`, `${name}.text`]),
  limit: Object.keys(limits).flatMap((name) => [`${name}.title`, `${name}.text`]),
};

/** What stands behind a path of names. */
const at = (path: string) =>
  path.split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], english);

/** Every text with its key. */
function all(value: unknown = english, path = ""): [key: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([name, inner]) => all(inner, path ? `${path}.${name}` : name));
}

/** Texts of one screen, as a person reads them one after the other: labels and sentences. */
const screens = Object.entries(english).map(([name, texts]) => {
  const lines = all(texts).map(([, text]) => text.replace(/\{\{\w+\}\}/g, "it"));
  return [name, lines.join("\n")] as const;
});

describe("texts for patients", () => {
  it("are for a reading age of 9 to 11 in all", () => {
    const whole = screens.map(([, text]) => text).join("\n");
    expect(readability(whole, "en")?.age).toBeLessThanOrEqual(11);
  });

  it.each(screens)("%s is for a reading age of 11 at most", (_, text) => {
    expect(readability(text, "en")?.age ?? 6, text).toBeLessThanOrEqual(11);
  });

  it.each(Object.entries(made))("%s has words for each of its values", (path, values) => {
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => typeof at(`${path}.${value}`) !== "string")).toEqual([]);
  });

  it.each(all())("%s is short and free of jargon", (_, text) => {
    expect(text).not.toMatch(/\b(wallets?|gas|sign(s|ed|ing|atures?)?|hash(es|ed)?|blockchain|crypto|token)\b/i);
    for (const sentence of text.split(/(?<=[.!?:])\s+/)) {
      expect(sentence.split(/\s+/).length, sentence).toBeLessThanOrEqual(20);
    }
  });
});

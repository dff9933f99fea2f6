import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/errors.json";
import { nameOfCode, SDK } from "../chain/codes";
import { faultKinds } from "../core/fault";
import { readability } from "../core/readability";
import { limits, rules } from "../features/patient/data/foundwords";
import { languages } from "./languages";

// Whatever code a person can meet has words in every language: errors of the page, the chain, the gateway and the library
// that takes names out, rules, warnings and checks. The codes are read from the sources that make them.

const src = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(src, "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

/** The texts of a file by their paths. */
function textsOf(folder: string, language: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(src, folder, "locales", `${language}.json`), "utf8"));
}

const at = (texts: Record<string, unknown>, ...path: string[]) =>
  path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], texts);

/** Every match of a pattern in a text: its first group. */
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** The Go files of a folder and those below, without tests. */
function goFiles(...folder: string[]): string[] {
  return readdirSync(join(root, ...folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"))
    .map((name) => read(...folder, name));
}

/** The page's own sources. */
const sources = readdirSync(src, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|testing|^gen/.test(name))
  .map((name) => readFileSync(join(src, name), "utf8"));

/** Codes that the page gives by itself, with their kinds: `new Fault("refused", "not-owner"`, and what chooses between two. */
const own = sources.flatMap((source) =>
  [...source.matchAll(/(?:new Fault|super)\(\s*"([a-z-]+)",\s*([^{)]*?)[,)]/g)].flatMap(([, kind = "", code = ""]) =>
    all(code, /"([a-z][a-z0-9-]+)"/g).map((found) => ({ kind, code: found })),
  ),
);
/** Codes that are put together or passed on. */
const made = ["passkey-wrong", "passphrase-wrong", "vault-exists", "query-usage", "query-unavailable"];

const gateway = all(read("gateway", "problem", "problem.go"), /Code = "([a-z-]+)"/g);
const library = [read("core", "deid", "refusal.go"), read("web", "wasm", "session", "fault.go")]
  .flatMap((source) => all(source, /Code\s+= "([a-z0-9_]+)"/g))
  .map((code) => `deid-${code.replaceAll("_", "-")}`);
const chain = vectors.map(({ codespace, code }) => nameOfCode(codespace, code));
const sdk = [4, 5, 9, 11, 13, 19, 20, 30, 32, 99].map((code) => nameOfCode(SDK, code));

/** Faults of the library that only a fault of the page's own program brings: they have the words of their kind. */
const programs = ["deid-usage", "deid-aborted", "deid-internal", "deid-output-failed"];
const codes = [
  ...own.filter(({ kind }) => kind !== "internal").map(({ code }) => code),
  ...[...made, ...gateway, ...library, ...chain, ...sdk].filter((code) => !programs.includes(code)),
];

const deid = goFiles("core", "deid");
const warnings = deid.flatMap((source) => [
  ...all(source, /\.[Ww]arn\((?:[^"\n]*, )?"([a-z_]+)"\)/g),
  ...all(source, /genomeindex\.Err\w+:\s+"([a-z_]+)"/g),
]);
const checks = deid.flatMap((source) => all(source, /Check\w+\s+(?:deid\.)?Check = "([a-z_]+)"/g));
const actions = deid.flatMap((source) => [
  ...all(source, /\.[Aa]dd\([^"\n]*"?[^"\n]*"?, "([A-Za-z_0-9]+)"/g),
  ...all(source, /action[A-Z]\w+\s+= "([a-z]+)"/g),
]);
const reasons = [
  ...all(read("core", "duo", "decision.go"), /Reason = "([A-Z-]+)"/g),
  ...all(read("x", "market", "request.go"), /Reason = "([A-Z_]+)"/g),
  ...all(
    read("core", "duo", "term.go"),
    /(?:RS|NMDS|GSO|NPUNCU|PUB|COL|GS|MOR|TS|US|PS|IS|RTN|CC|NPOA|NPU|NCU): "([A-Z]+)"/g,
  ),
];

describe.each(Object.keys(languages))("in %s", (language) => {
  const problem = textsOf("features/problem", language);
  const ui = textsOf("ui", language);
  const patient = textsOf("features/patient", language);
  const organisation = textsOf("features/organisation", language);
  const researcher = textsOf("features/researcher", language);
  const without = (texts: Record<string, unknown>, path: string[], names: readonly string[]) =>
    [...new Set(names)].filter((name) => typeof at(texts, ...path, name) !== "string").sort();

  it("every kind of fault says what happened, what is safe and what to do", () => {
    for (const part of ["what", "safe", "do"]) expect(without(ui, ["problem", part], faultKinds)).toEqual([]);
  });

  it("every code says what happened", () => {
    expect(codes.length).toBeGreaterThan(200);
    expect(without(problem, ["error"], codes)).toEqual([]);
  });

  it("no remedy is for a code that nothing gives", () => {
    const known = new Set(Object.keys(at(problem, "error") as object));
    expect(Object.keys(at(problem, "remedy") as object).filter((code) => !known.has(code))).toEqual([]);
  });

  it("every rule has words, for patients and for researchers", () => {
    expect(reasons.length).toBeGreaterThan(35);
    expect(without(problem, ["reason"], reasons)).toEqual([]);
    expect(without(researcher, ["reason"], reasons)).toEqual([]);
  });

  it("every warning, limit, rule and action of the library has words", () => {
    expect(warnings.length).toBeGreaterThan(12);
    expect(without(patient, ["found", "warning"], [...warnings, "other"])).toEqual([]);
    expect(actions).toContain("over_89");
    expect(without(patient, ["found", "action"], [...actions, "other"])).toEqual([]);
    expect(without(patient, ["found", "limit"], [...Object.keys(limits), "other"])).toEqual([]);
    expect(without(patient, ["found", "rule"], [...rules, "dicom", "fhir", "other"])).toEqual([]);
  });

  it("every check of a payload has words", () => {
    expect(checks.length).toBeGreaterThan(12);
    expect(without(organisation, ["check"], [...checks, "other"])).toEqual([]);
  });

  it("what has no words is never shown alone", () => {
    const fallbacks = [
      at(ui, "problem", "reason"),
      at(organisation, "check", "other"),
      at(researcher, "reason", "other"),
      ...["warning", "limit", "action"].map((part) => at(patient, "found", part, "other")),
    ];
    for (const text of fallbacks) expect(String(text)).toMatch(/[a-z]{3,}.* .*\{\{\w+\}\}/);
  });
});

it("the limits are the library's", () => {
  const told = all(read("core", "deid", "report.go"), /limit[A-Z]\w+\s+= "([^"]+)"/g);
  expect(Object.values(limits).toSorted()).toEqual(told.toSorted());
});

const english = textsOf("features/problem", "en");
const lines = Object.values(english)
  .flatMap((part) => Object.values(part as Record<string, string>))
  .map((text) => text.replace(/\{\{\w+\}\}/g, "it"));

describe("words for what goes wrong", () => {
  it("are for a reading age of 11 at most, as all that patients read", () => {
    expect(readability(lines.join("\n"), "en")?.age).toBeLessThanOrEqual(11);
  });

  it.each(lines)("%s", (text) => {
    expect(text).not.toMatch(/\b(wallets?|gas|sign(ed|ing|atures?)?|hash(es|ed)?|blockchain|crypto|token)\b/i);
    for (const sentence of text.split(/(?<=[.!?:])\s+/)) expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(20);
  });
});

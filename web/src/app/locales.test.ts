import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { languages } from "./languages";

const src = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders = ["ui", ...readdirSync(join(src, "features")).map((role) => `features/${role}`)].filter((folder) =>
  readdirSync(join(src, folder)).includes("locales"),
);

/** The keys of a file of texts, with dots, and the placeholders of each text. */
function texts(file: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === "string") found.set(path, value);
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, path ? `${path}.${key}` : key);
  };
  walk(JSON.parse(readFileSync(join(src, file), "utf8")), "");
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)[^}]*\}\}|<\/?(\w+)>/g)].map(([all]) => all).sort();

describe.each(folders)("texts of %s", (folder) => {
  const english = texts(`${folder}/locales/en.json`);

  it.each(Object.keys(languages))("has every key in %s, with the same placeholders", (language) => {
    const others = texts(`${folder}/locales/${language}.json`);
    expect([...others.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect(placeholders(others.get(key) ?? ""), key).toEqual(placeholders(text));
    }
  });

  it("has a text for every key that the screens name", () => {
    const name = folder.replace("features/", "");
    const sources = readdirSync(join(src, folder), { recursive: true })
      .map(String)
      .filter((file) => /(?<!\.test)\.tsx?$/.test(file));
    const missing: string[] = [];
    for (const source of sources) {
      const code = readFileSync(join(src, folder, source), "utf8");
      const own = /useTranslation\(\[?"([\w-]+)"/.exec(code)?.[1] ?? name;
      for (const [, key = ""] of code.matchAll(/\bt\(\s*"([\w.:-]+)"/g)) {
        const [space, plain] = key.includes(":") ? key.split(":", 2) : [own, key];
        const known =
          space === name ? english : texts(`${space === "ui" ? "ui" : `features/${space}`}/locales/en.json`);
        if (!known.has(plain ?? "") && !known.has(`${plain}_other`)) missing.push(`${source}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

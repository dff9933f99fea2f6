import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../../..");
const shipped = join(root, "web/public/consent");
const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("the texts of consents", () => {
  it.each(readdirSync(shipped))("%s has the digest that it is named by", (name) => {
    expect(name).toBe(`${digest(join(shipped, name))}.txt`);
  });

  it.each(["en", "es"])("of the local network in %s is among them", (language) => {
    const name = `${digest(join(root, "devnet/walk/consent", `${language}.txt`))}.txt`;
    expect(readdirSync(shipped)).toContain(name);
  });
});

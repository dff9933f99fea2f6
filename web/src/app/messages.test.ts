import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// web/README.md says of every message of our modules which screen sends it, or who sends it otherwise. This holds the
// list to the protos, to what the page makes, and to the screens that there are.

const src = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(src, "..", "..");
const proto = join(root, "proto");

const messages = readdirSync(proto, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith("tx.proto"))
  .flatMap((name) => {
    const text = readFileSync(join(proto, name), "utf8");
    const module = /package volens\.(\w+)\./.exec(text)?.[1] ?? "";
    return [...text.matchAll(/^ {2}rpc (\w+)\(/gm)].map(([, rpc = ""]) => `${module} ${rpc}`);
  });

const rows = [
  ...readFileSync(join(root, "web", "README.md"), "utf8").matchAll(/^\| `(\w+) (\w+)` \| ([^|]+) \| ([^|]+) \|$/gm),
].map(([, module = "", rpc = "", by = "", where = ""]) => ({ name: `${module} ${rpc}`, rpc, by, where: where.trim() }));

const clients = readdirSync(join(src, "client"), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".ts") && !name.includes(".test."))
  .map((name) => readFileSync(join(src, "client", name), "utf8"))
  .join("\n");

const paths = readdirSync(join(src, "features"))
  .map((role) => join(src, "features", role, "routes.tsx"))
  .filter((file) => existsSync(file))
  .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/path: "([^"]+)"/g)].map(([, path]) => path));

describe("the list of messages", () => {
  it("has every message of our modules once, and no other", () => {
    expect(messages.length).toBeGreaterThan(40);
    expect(rows.map(({ name }) => name).toSorted()).toEqual(messages.toSorted());
  });

  it.each(rows)("$name: $where", ({ rpc, where }) => {
    const made = new RegExp(`create\\(\\s*Msg${rpc}Schema`).test(clients);
    expect(made).toBe(where.startsWith("`/"));
    for (const [, path = ""] of where.matchAll(/`(\/[^`]*)`/g)) expect(paths).toContain(path);
  });
});

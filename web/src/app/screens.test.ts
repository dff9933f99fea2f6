import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// Titles of the first rank, held by the sources; e2e/lib/screens.mjs counts them on every screen as people see it.

const src = join(dirname(fileURLToPath(import.meta.url)), "..");
const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".tsx") && !name.includes(".test."));
const read = (name: string) => readFileSync(join(src, name), "utf8");

it("every screen stands in a Page, which has the title", () => {
  const screens = files.filter((name) => name.startsWith("features/") && /Page\.tsx$/.test(name));
  expect(screens.length).toBeGreaterThan(35);
  expect(screens.filter((name) => !/<Page\b/.test(read(name)))).toEqual([]);
});

it("nothing else makes one, but the sign of waiting for a page", () => {
  const makers = files.filter((name) => /order=\{1\}|<h1|"h1"/.test(read(name)));
  expect(makers.toSorted()).toEqual(["ui/Page.tsx", "ui/Waiting.tsx"]);
});

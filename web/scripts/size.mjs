// Holds how much JavaScript a patient loads before she sees her first screen: what index.html names, what that imports
// at once, and the first screens themselves. Workers and what a screen loads later do not count.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const limit = 250_000;
/** The screens that somebody sees first: new, and coming back. */
const firsts = ["WelcomePage", "HomePage"];

const app = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "app");
const assets = readdirSync(join(app, "assets")).filter((name) => name.endsWith(".js"));
const read = (name) => readFileSync(join(app, "assets", name), "utf8");

/** A chunk with everything that it imports at once. */
function closure(names) {
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, other] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(other);
  };
  for (const name of names) visit(name);
  return seen;
}

const page = readFileSync(join(app, "index.html"), "utf8");
const entry = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name);
let failed = entry.length === 0;
for (const first of firsts) {
  const screen = assets.filter((name) => name.startsWith(`${first}-`));
  if (screen.length !== 1) throw new Error(`size: ${screen.length} chunks named ${first}`);
  const texts = assets.filter((name) => /^texts-(ui|shared|patient)-en-/.test(name));
  if (texts.length !== 3) throw new Error(`size: ${texts.length} texts instead of 3`);
  const bytes = [...closure([...entry, ...screen, ...texts])].map((name) => gzipSync(read(name), { level: 9 }).length);
  const sum = bytes.reduce((all, one) => all + one, 0);
  console.log(`size: ${first} ${(sum / 1000).toFixed(1)} kB of ${limit / 1000} kB in gzip, ${bytes.length} chunks`);
  failed ||= sum > limit;
}
process.exit(failed ? 1 : 0);

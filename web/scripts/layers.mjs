// Holds the layers of the web app: who may import whom, file sizes, and that nothing escapes by a relative path.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What each layer may import besides itself. Arrows point downwards. */
const allowed = {
  gen: [],
  core: ["gen"],
  chain: ["gen", "core"],
  storage: ["gen", "core"],
  client: ["gen", "core", "chain", "storage"],
  ui: ["core"],
  features: ["gen", "core", "chain", "storage", "client", "ui"],
  app: ["gen", "core", "chain", "storage", "client", "ui", "features"],
};

/** Packages that the lower layers may use: no view, no router, no network library. */
const pure = [/^@noble\//, /^@scure\//, /^@bufbuild\/protobuf/, /^age-encryption$/, /^hash-wasm$/, /^zod$/];
const packagesOf = { gen: pure, core: pure, chain: pure, storage: pure, client: pure };

const longest = 500;
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const faults = [];

for (const file of readdirSync(root, { recursive: true }).filter((name) => /\.(ts|tsx)$/.test(name))) {
  const parts = file.split(sep);
  const layer = parts[0];
  const text = readFileSync(join(root, file), "utf8");
  if (!(layer in allowed)) {
    if (parts.length > 1) faults.push(`${file}: no layer named ${layer}`);
    continue;
  }
  const lines = text.split("\n").length;
  if (layer !== "gen" && lines > longest) faults.push(`${file}: ${lines} lines, at most ${longest}`);
  const isTest = /\.test\.tsx?$/.test(file);
  for (const [, from] of text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
    check(file, layer, from, isTest);
  }
}

function check(file, layer, from, isTest) {
  if (!from.startsWith(".")) {
    const list = packagesOf[layer];
    if (list && !isTest && !list.some((pattern) => pattern.test(from))) {
      faults.push(`${file}: ${layer} may not use the package ${from}`);
    }
    return;
  }
  const target = relative(root, join(root, dirname(file), from)).split(sep);
  if (target[0] === "..") {
    if (!isTest) faults.push(`${file}: ${from} lies outside src`);
    return;
  }
  if (target[0] !== layer && !allowed[layer].includes(target[0])) {
    faults.push(`${file}: ${layer} may not import ${target[0]}`);
    return;
  }
  const role = file.split(sep)[1];
  if (layer === "features" && target[0] === "features" && target[1] !== role && target[1] !== "shared") {
    faults.push(`${file}: features/${role} may not import features/${target[1]}`);
  }
}

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? "layers: ok" : `layers: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

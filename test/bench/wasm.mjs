// Runs the module for browsers over a file: node wasm.mjs DIR FILE. It writes, as JSON, the processor time of all threads
// from the second run's first byte to its last: the first run lets the compiler finish, as in a worker that has more
// than one file to do.
import { openAsBlob, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [dir, file] = process.argv.slice(2).map((path) => resolve(path));
const built = (name) => pathToFileURL(join(dir, name)).href;
await import(built("wasm_exec.js"));
const { load, feed } = await import(built("deid.mjs"));
const library = await load(readFileSync(join(dir, "deid.wasm")));

async function run() {
  const source = await openAsBlob(file);
  const before = process.cpuUsage();
  const dataset = await library.open();
  await feed(await dataset.file({ size: source.size, onChunk() {} }), source);
  const { user, system } = process.cpuUsage(before);
  await dataset.close();
  return (user + system) / 1e6;
}

await run();
process.stdout.write(JSON.stringify({ seconds: await run() }));
process.exit(0);

// Runs what the web app seals with in node: node web.mjs WEB TASK, WEB being the web app's folder with its packages. It
// writes, as JSON, how much processor time of all threads the task took, and how many times or bytes it did it. The first
// run lets the compiler finish.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [web, task] = [resolve(process.argv[2]), process.argv[3]];
const { build } = await import(createRequire(join(web, "package.json")).resolve("vite"));
const size = 64 << 20;
const piece = 256 << 10;

/** The modules of the web app under test, made one by the bundler that makes the page. */
async function bundle() {
  const folder = await mkdtemp(join(tmpdir(), "volens-bench-"));
  const entry = join(folder, "entry.js");
  const from = (path) => JSON.stringify(join(web, "src/core", path));
  await writeFile(
    entry,
    [
      `export { SealStream } from ${from("envelope/seal.ts")};`,
      `export { OpenStream } from ${from("envelope/open.ts")};`,
      `export { openHeader, registered } from ${from("envelope/header.ts")};`,
      `export { Encapsulation } from ${from("threshold/capsule.ts")};`,
      `export { base, encodePoint } from ${from("threshold/group.ts")};`,
      `export { Key } from ${from("threshold/key.ts")};`,
      `export * as age from ${JSON.stringify(join(web, "node_modules/age-encryption/dist/index.js"))};`,
    ].join("\n"),
  );
  const options = { ssr: entry, outDir: join(folder, "out"), rollupOptions: { output: { entryFileNames: "app.mjs" } } };
  await build({ configFile: false, root: web, logLevel: "error", build: options, ssr: { noExternal: true } });
  const app = await import(pathToFileURL(join(folder, "out/app.mjs")).href);
  await rm(folder, { recursive: true });
  return app;
}

const app = await bundle();
const key = new app.Key("volens-bench-1", 7n, app.encodePoint(app.base(12345n)));
const half = new Uint8Array(32).fill(9);
const datasetId = "ab".repeat(16);
const identity = await app.age.generateHybridIdentity();
const patient = await app.age.identityToRecipient(identity);
const pieces = Array.from({ length: size / piece }, (_, i) => new Uint8Array(piece).fill(i));

const digest = new Uint8Array(32).fill(1);
const context = {
  ...{ datasetId, version: 1n, owner: new Uint8Array(20), sha256: digest, treeRoot: digest, bodySha256: digest },
  ...{ gate: digest, facetsRoot: digest },
};

function capsule() {
  for (let i = 0; i < 50; i++) {
    const drawn = new app.Encapsulation(key);
    drawn.wrapKey(datasetId, half);
    drawn.prove({ ...context, u: drawn.u });
  }
  return 50;
}

async function seal(sink = () => {}) {
  const stream = await app.SealStream.begin({ key, datasetId, half, patient }, sink);
  for (const data of pieces) await stream.write(data);
  return stream.close();
}

async function drain(stream) {
  const reader = stream.getReader();
  const all = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) all.push(next.value);
  return all;
}

function stockSeal() {
  const age = new app.age.Encrypter();
  age.addRecipient(patient);
  const source = [...pieces];
  const pull = (c) => (source.length > 0 ? c.enqueue(source.shift()) : c.close());
  return age.encrypt(new ReadableStream({ pull })).then(drain);
}

const sealedPieces = [];
const facts = task === "open" ? await seal((chunk) => void sealedPieces.push(chunk.slice())) : undefined;

async function open() {
  const unwrap = (header) => app.openHeader(header, app.registered(facts), identity);
  const stream = await app.OpenStream.begin(facts, unwrap, () => {});
  for (const data of sealedPieces) await stream.write(data);
  await stream.close();
}

const stock = task === "stock-open" ? await stockSeal() : [];

async function stockOpen() {
  const age = new app.age.Decrypter();
  age.addIdentity(identity);
  const source = [...stock];
  const pull = (c) => (source.length > 0 ? c.enqueue(source.shift()) : c.close());
  await drain(await age.decrypt(new ReadableStream({ pull })));
}

const bytes = (work) => async () => {
  await work();
  return size;
};
const tasks = {
  capsule,
  seal: bytes(() => seal()),
  open: bytes(open),
  "stock-seal": bytes(stockSeal),
  "stock-open": bytes(stockOpen),
};

async function run() {
  const before = process.cpuUsage();
  const amount = await tasks[task]();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, amount };
}

await run();
process.stdout.write(JSON.stringify(await run()));
process.exit(0);

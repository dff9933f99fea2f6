// Tests of the module as node_test.go built it: VOLENS_WASM is the folder with it, with samples, and with what the
// native library makes of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const dir = process.env.VOLENS_WASM;
const built = (name) => pathToFileURL(join(dir, name)).href;
await import(built("wasm_exec.js"));
const { load, feed, DeidError } = await import(built("deid.mjs"));

const sets = JSON.parse(readFileSync(join(dir, "sets.json")));
const bytes = (path) => new Uint8Array(readFileSync(path));
const named = (name) => sets.find((s) => s.name === name);
const base64 = (text) => text && new Uint8Array(Buffer.from(text, "base64"));
const options = (set) => ({ ...set.options, key: base64(set.options.key), scope: base64(set.options.scope) });

let module;
let library;
before(async () => {
  module = await WebAssembly.compile(readFileSync(join(dir, "deid.wasm")));
  library = await load(module);
});

async function* pieces(data, size) {
  for (let from = 0; from < data.length; from += size) yield data.subarray(from, from + size);
}

async function scrub(dataset, data, { size = data.length, source = pieces(data, 50_000), ...more } = {}) {
  const out = [];
  const stream = await dataset.file({ size, onChunk: (chunk) => void out.push(chunk), ...more });
  const result = await feed(stream, source);
  for (const chunk of out) assert.ok(chunk.length <= 256 * 1024);
  return { result, payload: new Uint8Array(Buffer.concat(out)) };
}

const refuses = (promise, code) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof DeidError, String(error));
    assert.equal(error.code, code, error.message);
    assert.doesNotMatch(`${error.message} ${error.stack}`, /Fictiva|Jane/);
    return true;
  });

for (const set of sets) {
  test(`${set.name}: bytes and report are those of the native library`, async () => {
    const dataset = await library.open(options(set));
    for (const [i, path] of set.files.entries()) {
      const { result, payload } = await scrub(dataset, bytes(path));
      assert.deepEqual(payload, bytes(set.payload[i]));
      assert.equal(result.entry.name.split(".")[0], String(i + 1));
      assert.ok(result.dataset_kind);
    }
    const report = await dataset.report();
    assert.equal(Buffer.from(report).toString(), readFileSync(set.report, "utf8"));
    assert.ok(Array.isArray(await dataset.facets()));
    if (set.files.length === 1) {
      const verdict = await feed(await library.verify(report), bytes(set.payload[0]));
      assert.ok(verdict.ok, JSON.stringify(verdict));
      assert.deepEqual(verdict.facets, await dataset.facets());
    }
    await dataset.close();
  });
}

test("several files become one archive, which verifies", async () => {
  const set = named("shifted");
  const dataset = await library.open(options(set));
  for (const path of set.files) await scrub(dataset, bytes(path));
  const out = [];
  const archive = await dataset.archive({ onChunk: (chunk) => void out.push(chunk) });
  const made = await feed(archive, set.payload.map(bytes));
  const whole = new Uint8Array(Buffer.concat(out));
  assert.equal(made.bytes, whole.length);
  const report = await dataset.report();
  assert.equal(JSON.parse(Buffer.from(report)).archive.sha256, made.sha256);
  assert.ok((await feed(await library.verify(report), new Blob([whole]))).ok);
  whole[whole.length >> 1] ^= 1;
  await refuses(library.verify(report).then((stream) => feed(stream, whole)), "not_the_archive");
});

test("reads are cleaned, under names that are drawn anew each time", async () => {
  const read = (n) => `A00111:7:HX3:1:${n}:10:20\t0\tchr1\t${n}\t60\t4M\t*\t0\t0\tACGT\tIIII\tRG:Z:rg1\n`;
  const sam =
    "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@RG\tID:rg1\tSM:Fictiva\n" + read(100) + read(200);
  const dataset = await library.open({ year: 2026 });
  const first = await scrub(dataset, new TextEncoder().encode(sam));
  assert.doesNotMatch(Buffer.from(first.payload).toString(), /Fictiva|A00111/);
  assert.ok((await feed(await library.verify(await dataset.report()), first.payload)).ok);
  const second = await scrub(dataset, new TextEncoder().encode(sam));
  assert.notDeepEqual(first.payload, second.payload);
  await dataset.close();
});

test("a changed payload does not verify", async () => {
  const set = named("vcf");
  const payload = bytes(set.payload[0]);
  payload[payload.length - 3] ^= 1;
  const verdict = await feed(await library.verify(bytes(set.report)), payload);
  assert.equal(verdict.ok, false);
  await refuses(library.verify(new TextEncoder().encode('{"Fictiva":"Jane"}')), "not_a_report");
});

test("the key is taken over and overwritten", async () => {
  const key = new Uint8Array(32).fill(3);
  const dataset = await library.open({ profile: "research-shifted", key });
  assert.ok(key.every((byte) => byte === 0));
  await dataset.close();
});

test("refusals have the code of the library", async () => {
  const text = (s) => new TextEncoder().encode(s);
  const vcf = bytes(named("vcf").files[0]);
  const several = bytes(named("several-samples").files[0]);
  const packed = bytes(named("vcf-bgzf").files[0]);
  for (const [code, data] of [
    ["empty", new Uint8Array(0)],
    ["not_this_format", text("Jane Fictiva")],
    ["not_this_format", text("PK\x03\x04 Jane")],
    ["is_bcf", text("BCF\x02\x02 Jane")],
    ["is_bcf", gzipSync(text("BCF\x02\x02 Jane"))],
    ["is_cram", text("CRAM\x03\x00 Jane")],
    ["several_persons", several],
    ["truncated", packed.subarray(0, packed.length - 100)],
    ["truncated", bytes(named("dicom").files[0]).subarray(0, 3000)],
    ["duplicate_key", text('{"resourceType":"Patient","id":"Jane","id":"Fictiva"}')],
    ["malformed_record", Buffer.concat([vcf.subarray(0, vcf.lastIndexOf(10) + 1), text("chr1\tFictiva\n")])],
  ]) {
    const dataset = await library.open({ year: 2026 });
    await refuses(scrub(dataset, new Uint8Array(data)), code);
    await refuses(dataset.report(), "usage");
    await dataset.close();
  }
  const dataset = await library.open({ sample: "Jane" });
  await refuses(scrub(dataset, bytes(named("dicom").files[0])), "usage");
});

test("several persons are counted", async () => {
  const dataset = await library.open();
  const error = await scrub(dataset, bytes(named("several-samples").files[0])).catch((e) => e);
  assert.equal(error.count, 3);
});

test("hostile input ends in a refusal, and the module lives on", async () => {
  const original = bytes(named("fhir").files[0]);
  const dataset = await library.open({ year: 2026 });
  for (let i = 0; i < original.length; i += 37) {
    const flipped = original.slice();
    flipped[i] ^= 0x55;
    for (const data of [flipped, original.subarray(0, i)]) {
      await scrub(dataset, data).catch((error) => {
        assert.ok(error instanceof DeidError);
        assert.notEqual(error.code, "internal");
      });
    }
  }
  // Behind what is looked at to tell the format, which takes no deep nesting either.
  const deep = `${'{"resourceType":"Patient"}\n'.repeat(12_000)}{"a":${"[".repeat(200)}${"]".repeat(200)}}`;
  await refuses(scrub(dataset, new TextEncoder().encode(deep)), "nested_too_deep");
  await dataset.close();
  const after = await library.open({ year: 2026 });
  await scrub(after, original);
});

test("wrong calls are refused", async () => {
  await refuses(library.open({ profile: "Fictiva" }), "usage");
  await refuses(library.open({ profile: 7 }), "usage");
  await refuses(library.open({ year: 2026.5 }), "usage");
  await refuses(library.open({ scope: "Jane" }), "usage");
  await refuses(library.open({ key: new Uint8Array(5000) }), "usage");
  await refuses(library.call("open"), "usage");
  await refuses(library.call("write", 99, new Uint8Array(1)), "usage");
  await refuses(library.verify("Jane"), "usage");
  const dataset = await library.open();
  await refuses(dataset.file({}), "usage");
  await refuses(dataset.file({ size: -1, onChunk() {} }), "usage");
  await refuses(dataset.archive({ onChunk() {} }), "usage");
  const stream = await dataset.file({ onChunk() {} });
  await refuses(dataset.file({ onChunk() {} }), "usage");
  await refuses(stream.write("Jane"), "usage");
  await refuses(stream.write(undefined), "usage");
  await stream.abort();
  await refuses(stream.write(new Uint8Array(1)), "usage");
  await dataset.close();
  await refuses(dataset.file({ onChunk() {} }), "usage");
});

test("a slow reader holds the writer back, and abort lets go", async () => {
  const data = bytes(named("vcf").files[0]);
  const dataset = await library.open({ year: 2026 });
  let started;
  const reading = new Promise((resolve) => (started = resolve));
  const stream = await dataset.file({ onChunk: () => new Promise(() => started()) });
  const writing = stream.write(data).then(() => stream.close());
  await reading;
  assert.equal(await Promise.race([writing, new Promise((r) => setImmediate(r, "held"))]), "held");
  await Promise.all([refuses(writing, "aborted"), stream.abort()]);
  await refuses(dataset.report(), "usage");
  await scrub(dataset, data); // the dataset goes on
  await dataset.close();
});

test("close of a dataset aborts midway", async () => {
  const dataset = await library.open({ year: 2026 });
  const stream = await dataset.file({ onChunk() {} });
  await stream.write(bytes(named("vcf").files[0]).subarray(0, 100_000));
  await dataset.close();
  await refuses(stream.close(), "aborted");
});

test("an error of onChunk comes back as the cause", async () => {
  const dataset = await library.open({ year: 2026 });
  const full = new Error("disk full");
  const failing = scrub(dataset, bytes(named("vcf").files[0]), {
    onChunk() {
      throw full;
    },
  });
  await assert.rejects(failing, (error) => error.code === "output_failed" && error.cause === full);
});

test("an array that is taken away is an error, not the end", async () => {
  const dataset = await library.open({ year: 2026 });
  const stream = await dataset.file({ onChunk() {} });
  const data = new Uint8Array(1 << 20);
  const writing = stream.write(data);
  structuredClone(data.buffer, { transfer: [data.buffer] });
  await assert.rejects(writing, DeidError);
  await stream.abort().catch(() => {});
  await dataset.close();
});

test("memory does not grow with the file", async () => {
  const fresh = await load(module);
  const dataset = await fresh.open({ year: 2026 });
  const vcf = bytes(named("vcf").files[0]);
  const lines = Buffer.from(vcf).toString().split("\n");
  const header = lines.filter((line) => line.startsWith("#")).join("\n") + "\n";
  const body = new TextEncoder().encode(lines.filter((line) => line && !line.startsWith("#")).join("\n") + "\n");
  let written = 0;
  async function* long() {
    yield new TextEncoder().encode(header);
    for (let i = 0; i < 100; i++) yield body;
  }
  const stream = await dataset.file({ onChunk: (chunk) => void (written += chunk.length) });
  await feed(stream, long());
  assert.ok(written > 20e6);
  assert.ok(fresh.memory() < 64 << 20, `${fresh.memory()} bytes`);
});

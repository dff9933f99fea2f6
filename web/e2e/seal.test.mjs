// What the page seals opens with stock age and the plugin, and survives a reload; nothing secret stands anywhere else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch, person } from "./lib/browser.mjs";
import { openHarness, serveHarness } from "./lib/harness.mjs";
import { Network, programs } from "./lib/network.mjs";

const run = promisify(execFile);
const secretName = "CanaryJane";
const vcf = (records, sample = secretName) =>
  [
    "##fileformat=VCFv4.2",
    "##contig=<ID=1>",
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${sample}`,
    ...Array.from({ length: records }, (_, i) => `1\t${10 + i}\trs${i}\tA\tC\t9\tPASS\t.\tGT\t0/1`),
    "",
  ].join("\n");

/** The committee's secret key in this test, and with it everything that a committee does. */
const x = Buffer.alloc(32);
x.write("a committee of one", "latin1");

let site;
let browser;
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "volens-seal-"));
  site = await serveHarness();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(options) {
  const someone = await person(browser, site.origin, options);
  await openHarness(someone.page);
  return someone;
}

/** Seals files under a fresh account, for two of three gateways whose keys stay on the page of the test. */
async function seal(page, texts, options = {}) {
  return page.evaluate(
    async ({ texts, options, x, random }) => {
      const { vault, sealer, core, age } = harness;
      const y = core.encodePoint(core.base(core.decodeScalar(Uint8Array.from(x))));
      const key = { originChain: "volens-test-1", keyId: 7n, y };
      const account = await vault.accountFor("dataset-1");
      const datasetId = core.datasetId(key.originChain, core.parseAddress(account.address), Uint8Array.from(random));
      const gateways = [];
      const identities = [];
      for (let i = 0; i < 3; i++) {
        identities.push(await age.generateHybridIdentity());
        const address = (await vault.accountFor(`gateway-${i}`)).address;
        gateways.push({ address, recipient: await age.identityToRecipient(identities[i]) });
      }
      const files = texts.map((text, i) => new File([text], `jane-${i}.vcf`));
      const to = {
        key,
        owner: account.address,
        datasetId,
        random: Uint8Array.from(random),
        version: 1n,
        gateways,
        threshold: 2,
      };
      const sealed = await sealer.seal(files, options, to);
      globalThis.state = { key, sealed, identities, to };
      return { datasetId, durable: sealed.durable, plaintextSha256: sealed.plaintextSha256, size: sealed.file.size };
    },
    { texts, options, x: [...x], random: [...randomBytes(16)] },
  );
}

/** What committee and gateways do for a seat of the vault: S, and the halves under the delivery key. */
function release(page) {
  return page.evaluate(
    async ({ x }) => {
      const { vault, core } = harness;
      const { key, sealed, identities, to } = state;
      const requestId = "ab".repeat(16);
      const main = (await vault.accounts())[0].address;
      const [seat] = await vault.seats({
        key,
        liveChain: "volens-test-1",
        requestId,
        reader: main,
        first: 3n,
        count: 1,
      });
      const b = core.decodePoint(sealed.payload.u).add(core.decodePoint(seat.q));
      const s = core.encodePoint(b.multiply(core.decodeScalar(Uint8Array.from(x))));
      const delivery = await vault.deliveryRecipient(requestId);
      const parts = [];
      for (const place of [2, 0]) {
        const part = await core.openWith(identities[place], sealed.parts[place]);
        parts.push({ place, sealed: await core.sealTo(delivery, part) });
      }
      const { payload } = sealed;
      const facts = { ...payload, datasetId: to.datasetId };
      state.released = {
        ...{ key, liveChain: "volens-test-1", requestId, seat: 3n, s, parts, version: 1n, kind: "VCF" },
        ...{ facts: pick(facts), facetsRoot: payload.facetsRoot, threshold: 2 },
        commitments: payload.gateways.map(({ commitment }) => commitment),
      };
      function pick({ keyId, datasetId, u, bodySha256, sha256, treeRoot }) {
        return { keyId, datasetId, u, bodySha256, sha256, treeRoot };
      }
    },
    { x: [...x] },
  );
}

/** The bytes of a Blob that stands in the page's state. */
async function bytesOf(page, ...path) {
  const text = await page.evaluate(async (names) => {
    const blob = names.reduce((at, name) => at[name], state);
    return harness.core.toBase64(new Uint8Array(await blob.arrayBuffer()));
  }, path);
  return Buffer.from(text, "base64");
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

test("a file that the page sealed opens with stock age and the plugin, and in the page", async () => {
  const { page, context } = await open();
  await page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
  const sealed = await seal(page, [vcf(20_000)]);
  assert.equal(sealed.durable, true);

  const proven = await page.evaluate(() => {
    const { core } = harness;
    const { key, sealed, to } = state;
    const { payload, proof } = sealed;
    const gateways = payload.gateways.map(({ gateway, commitment }) => ({
      gateway: core.parseAddress(gateway),
      commitment,
    }));
    const gate = core.gateBytes(2, gateways);
    const context = { ...payload, datasetId: to.datasetId, version: 1n, owner: core.parseAddress(to.owner), gate };
    core.verifyCapsule(new core.Key(key.originChain, key.keyId, key.y), context, proof);
    return {
      sha256: core.toHex(payload.sha256),
      bucket: payload.sizeBucket >= BigInt(sealed.file.size),
      kind: payload.kind,
    };
  });
  const file = await bytesOf(page, "sealed", "file");
  assert.deepEqual(proven, { sha256: sha256(file), bucket: true, kind: 1 });
  assert.equal(file.length, sealed.size);

  await release(page);
  const identity = await page.evaluate(() => harness.sealer.identity(state.released));
  await writeFile(join(folder, "file.age"), file);
  await writeFile(join(folder, "identity.txt"), `${identity}\n`, { mode: 0o600 });
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` };
  const args = ["-d", "-i", join(folder, "identity.txt"), "-o", join(folder, "plain.vcf"), join(folder, "file.age")];
  await run("age", args, { env });
  const plain = await readFile(join(folder, "plain.vcf"));
  assert.equal(sha256(plain), sealed.plaintextSha256);
  assert.equal(plain.includes(secretName), false);
  assert.equal(plain.toString().split("\n").length, vcf(20_000).split("\n").length);

  const opened = await page.evaluate(async () => {
    state.opened = await harness.sealer.open(state.sealed.file, state.released);
    const streamed = await harness.sealer.open(state.sealed.file.stream(), state.released);
    return [state.opened, streamed].map(({ sha256, size, extension }) => ({ sha256, size, extension }));
  });
  const want = { sha256: sealed.plaintextSha256, size: plain.length, extension: ".vcf" };
  assert.deepEqual(opened, [want, want]);
  assert.ok((await bytesOf(page, "opened", "file")).equals(plain));

  const refused = await page.evaluate(async () => {
    const { released, sealed } = state;
    const facts = { ...released.facts, treeRoot: new Uint8Array(32) };
    const codes = [];
    for (const wrong of [
      [sealed.file.slice(0, sealed.file.size - 1), released],
      [sealed.file, { ...released, facts }],
      [sealed.file, { ...released, parts: released.parts.slice(1) }],
      [sealed.file, { ...released, seat: 4n }],
    ]) {
      codes.push(
        await harness.sealer.open(...wrong).then(
          () => "opened",
          (fault) => fault.code,
        ),
      );
    }
    return codes;
  });
  assert.deepEqual(refused, ["cut-short", "other-tree", "too-few-parts", "wrong-half"]);
  await context.close();
});

test("an attestor's look finds a clean payload clean, and papers that are not its own", async () => {
  const { page, context } = await open();
  await page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
  await seal(page, [vcf(50), vcf(70)], { profile: "research-shifted" });
  await release(page);
  const [clean, other] = await page.evaluate(async () => {
    const { sealer } = harness;
    const { sealed, released } = state;
    const delivery = await harness.vault.deliveryRecipient(released.requestId);
    const papers = await sealer.papers(sealed.datasetId, 1n, delivery);
    if (new TextDecoder().decode(papers.facets).includes("codebook")) throw new Error("facets in plain");
    const verdict = await sealer.judge(sealed.file, released, papers);
    const facets = new TextEncoder().encode("{}");
    return [verdict, await sealer.judge(sealed.file, released, { ...papers, facets })];
  });
  assert.equal(clean.ok, true, JSON.stringify(clean.findings));
  assert.equal(clean.profile.id, "research-shifted");
  assert.equal(clean.profile.basis, "expert-determination");
  assert.deepEqual(
    other.findings.filter(({ ok }) => !ok),
    [{ file: "facets", check: "facets", ok: false, detail: "bad-opening" }],
  );
  await context.close();
});

test("a sealed file waits over a reload, and is sealed anew from the own copy", async () => {
  const { page, context } = await open();
  await page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
  const first = await seal(page, [vcf(30), vcf(40)]);
  await openHarness(page);
  assert.equal(await page.evaluate(() => harness.vault.state().status), "locked");
  await page.evaluate(() => harness.vault.unlock({ kind: "passkey" }));
  const again = await page.evaluate(async () => {
    const { sealer } = harness;
    const [waiting, ...more] = await sealer.waiting();
    const facts = { ...waiting.payload, datasetId: waiting.datasetId };
    const own = await sealer.openOwn(waiting.file, facts);
    globalThis.waiting = waiting;
    return { more: more.length, size: waiting.file.size, opened: own.sha256, kind: own.extension };
  });
  assert.deepEqual(again, { more: 0, size: first.size, opened: first.plaintextSha256, kind: ".tar" });

  const resealed = await page.evaluate(async () => {
    const { sealer, age, core } = harness;
    const { payload, datasetId, owner, file, random } = waiting;
    const key = { originChain: "volens-test-1", keyId: 8n, y: core.encodePoint(core.base(5n)) };
    const recipient = await age.identityToRecipient(await age.generateHybridIdentity());
    const gateways = [{ address: payload.gateways[0].gateway, recipient }];
    const to = { key, owner, datasetId, random, version: 2n, gateways, threshold: 1 };
    const old = { ...payload, datasetId, version: 1n, kind: "VCF" };
    const papers = await sealer.papers(datasetId, 1n);
    const { report } = papers;
    const refused = [];
    const altered = JSON.parse(new TextDecoder().decode(report));
    altered.archive.sha256 = "0".repeat(64);
    const other = new TextEncoder().encode(JSON.stringify(altered));
    for (const [was, wrong] of [
      [old, { ...papers, report: other }],
      [old, { report: new TextEncoder().encode("{}") }],
      [{ ...old, facetsRoot: new Uint8Array(32) }, papers],
      [{ ...old, facetsRoot: new Uint8Array(32) }, { report }],
      [{ ...old, version: 3n }, { report }],
      [{ ...old, u: core.encodePoint(core.base(6n)) }, papers],
      [{ ...old, sha256: new Uint8Array(32) }, papers],
    ]) {
      const said = sealer.reseal(file, was, to, wrong).then(
        () => "sealed",
        (fault) => fault.code,
      );
      refused.push(await said);
    }
    if ((await sealer.waiting()).length !== 1) throw new Error("what was refused was kept");
    // With the report alone, the facets are read from what is opened: the same tree.
    const alone = await sealer.reseal(file.stream(), old, to, { report });
    const next = await sealer.reseal(file.stream(), old, to, papers);
    const same = core.toHex(alone.payload.facetsRoot) === core.toHex(next.payload.facetsRoot);
    const fresh = core.toHex(alone.payload.sha256) !== core.toHex(next.payload.sha256);
    await sealer.discard(datasetId, 1n);
    const versions = (await sealer.waiting()).map(({ version }) => String(version));
    const gone =
      (await sealer.sealed(datasetId, 1n)) === undefined && (await sealer.papers(datasetId, 1n)) !== undefined;
    return {
      plain: next.plaintextSha256,
      kind: next.payload.kind === payload.kind,
      versions,
      gone,
      same,
      fresh,
      refused,
    };
  });
  const refused = [
    ...["report-of-other", "deid-not-a-report", "facets-differ", "facets-differ", "facets-differ"],
    ...["not-registered", "other-digest"],
  ];
  const done = { kind: true, versions: ["2"], gone: true, same: true, fresh: true };
  assert.deepEqual(resealed, { plain: first.plaintextSha256, ...done, refused });
  await context.close();
});

test("a device whose passkeys have no secret takes a passphrase, and only the right one", async () => {
  const { page, context } = await open({ passkey: false });
  const codes = await page.evaluate(async () => {
    const { vault } = harness;
    const passphrase = "correct horse battery";
    const code = (work) =>
      work.then(
        () => "done",
        (fault) => fault.code,
      );
    const said = [await code(vault.create({ kind: "passkey", name: "test" }))];
    said.push(vault.state().status);
    said.push(await code(vault.create({ kind: "passphrase", passphrase: "too short" })));
    said.push(await code(vault.create({ kind: "passphrase", passphrase })));
    await vault.lock();
    said.push(await code(vault.words()));
    said.push(await code(vault.unlock({ kind: "passphrase", passphrase: `${passphrase}!` })));
    said.push(await code(vault.unlock({ kind: "passphrase", passphrase })));
    return said;
  });
  assert.deepEqual(codes, [
    ...["passkey-unsupported", "none", "passphrase-short", "done"],
    ...["vault-locked", "passphrase-wrong", "done"],
  ]);
  await context.close();
});

test("locking ends what the sealer does, and other tabs follow", async () => {
  const { page, context } = await open();
  await page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
  const ended = await page.evaluate(async (text) => {
    const { vault, sealer } = harness;
    const file = new File(
      Array.from({ length: 40 }, () => text),
      "large.vcf",
    );
    const work = sealer.inspect([file], {}).then(
      () => "done",
      (fault) => fault.code,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await vault.lock();
    return [await work, await sealer.inspect([file], {}).catch((fault) => fault.code)];
  }, vcf(20_000));
  assert.deepEqual(ended, ["vault-locked", "vault-locked"]);

  const tab = await context.newPage();
  await openHarness(tab);
  assert.equal(await tab.evaluate(() => harness.vault.state().status), "locked");
  await tab.evaluate(() => harness.vault.forget());
  await page.waitForFunction(() => harness.vault.state().status === "none");
  await context.close();
});

test("a file that cannot be cleaned is refused, and nothing of it is left", async () => {
  const { page, context } = await open();
  await page.evaluate(() => harness.vault.create({ kind: "passphrase", passphrase: "correct horse battery" }));
  const codes = await page.evaluate(
    async ({ two, cut }) => {
      const { sealer } = harness;
      const ask = (text) =>
        sealer.inspect([new File([text], "x")], {}).then(
          () => "read",
          (fault) => `${fault.kind} ${fault.code}`,
        );
      return [await ask(two), await ask("no format"), await ask(cut)];
    },
    {
      two: vcf(1).replace(`${secretName}\n1`, `${secretName}\tother\n1`).replace("0/1", "0/1\t0/1"),
      cut: vcf(1).slice(0, 120),
    },
  );
  assert.match(codes[0], /^refused deid-several-persons$/);
  for (const code of codes.slice(1)) assert.match(code, /^refused deid-/);
  await context.close();
});

test("words, keys and plaintext stand nowhere but in the workers", async () => {
  const { page, context, watch } = await open();
  const sent = [];
  page.on("request", (request) => sent.push(request.url(), request.postData() ?? ""));
  await page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
  const words = await page.evaluate(() => harness.vault.words());
  await seal(page, [vcf(100), vcf(100)]);
  await page.evaluate(() => harness.vault.keep("draft/canary-note", new TextEncoder().encode("CanaryNote")));
  const kept = await page.evaluate(async () => {
    const texts = [
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
      location.href,
    ];
    const latin1 = (buffer) => Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((resolve) =>
        Object.assign(indexedDB.open(name), { onsuccess: (e) => resolve(e.target.result) }),
      );
      for (const store of db.objectStoreNames) {
        const request = db.transaction(store).objectStore(store).openCursor();
        await new Promise((resolve) => {
          request.onsuccess = () => {
            const cursor = request.result;
            if (!cursor) return resolve();
            texts.push(String(cursor.key), latin1(cursor.value));
            cursor.continue();
          };
        });
      }
    }
    const walk = async (directory) => {
      for await (const [name, handle] of directory.entries()) {
        texts.push(name);
        if (handle.kind === "directory") await walk(handle);
        else texts.push(latin1(await (await handle.getFile()).arrayBuffer()));
      }
    };
    await walk(await navigator.storage.getDirectory());
    return texts.join("\n");
  });
  const everything = [kept, ...sent, ...watch.logged].join("\n");
  assert.ok(kept.includes("age-encryption.org/v1"), "the sealed file is looked at");
  for (const canary of [
    secretName,
    "CanaryNote",
    "canary-note",
    "\tGT\t",
    "rs17",
    "AGE-SECRET-KEY",
    words.slice(0, 3).join(" "),
  ]) {
    assert.equal(everything.includes(canary), false, canary.includes(" ") ? "words" : canary);
  }
  const dataset = await page.evaluate(() => state.sealed.datasetId);
  assert.equal(kept.includes(dataset), false, "which datasets are this person's");
  assert.deepEqual(watch.foreign, []);

  const left = await page.evaluate(async () => {
    const again = await harness.vault.create({ kind: "passkey", name: "again" }).catch((fault) => fault.code);
    await harness.vault.forget();
    const wrong = await harness.vault
      .restore("abandon", { kind: "passkey", name: "again" })
      .catch((fault) => fault.code);
    const files = [];
    const root = await navigator.storage.getDirectory();
    for await (const name of (await root.getDirectoryHandle("sealed")).keys()) files.push(name);
    return { again, wrong, files, state: harness.vault.state() };
  });
  assert.deepEqual(left, { again: "vault-exists", wrong: "words-wrong", files: [], state: { status: "none" } });
  await context.close();
});

/** What a node says about a dataset, as bytes in base64. */
async function ask(network, datasetId) {
  const request = Buffer.concat([Buffer.from([0x0a, datasetId.length]), Buffer.from(datasetId)]).toString("hex");
  const path = encodeURIComponent('"/volens.dataset.v1.Query/Dataset"');
  const answer = await fetch(`${network.url}/chain/abci_query?path=${path}&data=0x${request}`);
  return (await answer.json()).result.response.value;
}

/** Logs an account of the page's vault in at the gateway, and gives the token. */
async function login(page, network, address) {
  const post = async (path, body) => {
    const answer = await fetch(`${network.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
  const challenge = await post("/v1/challenge", { address });
  const signed = await page.evaluate(
    async ({ challenge, origin }) => {
      const { vault, core } = harness;
      core.checkChallenge(challenge, { origin, chainId: challenge.chain_id, address: challenge.address });
      const { publicKey, signature } = await vault.signArbitrary(challenge.address, core.loginText(challenge));
      return { public_key: core.toBase64(publicKey), signature: core.toBase64(signature) };
    },
    { challenge, origin: network.url },
  );
  return (await post("/v1/login", { ...challenge, ...signed })).token;
}

test("a file that the command line sealed opens in the page, and words go both ways", async () => {
  const network = await Network.start({ portOffset: 5260 });
  const { page, context } = await open();
  try {
    const original = join(folder, "genome.vcf");
    await writeFile(original, vcf(5_000));
    const sealed = await network.volens("patient", "ingest", original);

    await page.evaluate(
      (words) => harness.vault.restore(words, { kind: "passkey", name: "test" }),
      await network.words("patient"),
    );
    const found = await page.evaluate(
      (owner) =>
        harness.vault
          .findAccounts(async (address) => address === owner)
          .then((all) => all.map(({ address }) => address)),
      sealed.owner,
    );
    assert.deepEqual(found, [sealed.owner]);

    const token = await login(page, network, sealed.owner);
    const object = await fetch(`${network.url}/v1/objects/${sealed.sha256}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(object.status, 200);
    const opened = await page.evaluate(
      async ({ file, answer }) => {
        const { id, payload } = harness.datasetIn(harness.core.fromBase64(answer));
        const { sha256, size } = await harness.sealer.openOwn(new Blob([harness.core.fromBase64(file)]), {
          ...payload,
          datasetId: id,
        });
        return { sha256, size };
      },
      {
        file: Buffer.from(await object.arrayBuffer()).toString("base64"),
        answer: await ask(network, sealed.dataset_id),
      },
    );
    assert.equal(opened.sha256, sealed.plaintext_sha256);

    const other = await open();
    await other.page.evaluate(() => harness.vault.create({ kind: "passkey", name: "test" }));
    const made = await other.page.evaluate(async () => ({
      words: (await harness.vault.words()).join(" "),
      main: harness.vault.state().main,
    }));
    await other.context.close();
    await writeFile(join(folder, "words.txt"), made.words, { mode: 0o600 });
    await network.volens("patient", "keys", "import", "web", "--words-file", join(folder, "words.txt"));
    const wallets = JSON.stringify(await network.volens("patient", "keys", "list"));
    assert.ok(wallets.includes(made.main), "the command line has the page's account");
  } finally {
    await context.close();
    await network.close();
  }
});

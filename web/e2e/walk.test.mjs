// The main job in browsers, against a real network: a patient, a hospital, a university and a researcher, each with a
// browser of their own. No step touches the chain but by the page, except where the command line is the other witness.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { damageVault, keptOf, launch } from "./lib/browser.mjs";
import { mustStrike, strikeAddresses, strikeFields } from "./lib/hostile.mjs";
import {
  accept,
  addData,
  answer,
  askForCheck,
  issueVisa,
  judge,
  lockAgain,
  open,
  papersOf,
  request,
  share,
} from "./lib/journeys.mjs";
import { openAndLeave, refuse, tabTo } from "./lib/keyboard.mjs";
import { alterHeader, alterPrice, alterValue, denyConsent, denyValue, lie, lieAboutWords } from "./lib/liar.mjs";
import { corpus, Network } from "./lib/network.mjs";
import { Someone, turn } from "./lib/people.mjs";
import { screens } from "./lib/screens.mjs";

const desk = { viewport: { width: 1280, height: 800 } };

let network;
let browser;
let patient;
let hospital;
let researcher;
const people = [];
const story = {};

before(async () => {
  network = await Network.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await network?.close();
});

// What stands on the screens when a step fails: the first thing that anybody wants to know.
afterEach(async (t) => {
  if (t.passed) return;
  for (const someone of people) {
    const text = await someone.text().catch(() => "closed");
    console.error(`--- ${t.name}\n${someone.page.url()}\n${text}\n${someone.watch.errors.join("\n")}`);
  }
});

async function arrive(options) {
  const someone = await Someone.arrive(browser, network.url, options);
  people.push(someone);
  return someone;
}

/** Somebody whose wallet was made by the command line gets back in by the words. */
async function restored(role, path) {
  const someone = await arrive(desk);
  await someone.restore(await network.words(role), path);
  return someone;
}

/** A corpus file when the folder is there, else a genome of nobody. */
async function genome() {
  const file = join(corpus, "vcf", "HiSeq.10000.vcf.bgz");
  if (existsSync(file)) return file;
  const made = join(network.dir, "genome.vcf");
  const rows = Array.from({ length: 2000 }, (_, i) => `1\t${10 + i}\trs${i}\tA\tC\t9\tPASS\t.\tGT\t0/1`);
  const head = ["##fileformat=VCFv4.2", "##contig=<ID=1>", '##FORMAT=<ID=GT,Number=1,Type=String,Description="G">'];
  const columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tMaria_Muster";
  await writeFile(made, `${[...head, columns, ...rows].join("\n")}\n`);
  return made;
}

test("a patient makes a key with a passkey, and adds a file", async () => {
  patient = await arrive();
  story.words = await patient.onboard();
  story.dataset = await addData(patient, await genome());
  await askForCheck(patient);
});

test("a hospital restores its key from words, opens the dataset in its browser and attests it", async () => {
  hospital = await restored("hospital", "/organisation/inspections");
  await accept(hospital, story.dataset);
  const papers = await papersOf(patient);
  story.changes = await readFile(papers.report);
  story.report = JSON.parse(story.changes);
  await judge(hospital, papers);
  story.inspection = new URL(hospital.page.url()).pathname.split("/").at(-1);
});

test("the proof says that nobody has opened it for research", async () => {
  await patient.press("Who opened");
  await patient.page.locator(`main a[href="/activity/${story.dataset}"]`).click();
  await patient.see("Proven: never opened for research");
});

test("the patient chooses what to share: nothing is ticked, questions are explained", async () => {
  await patient.press("Home");
  await patient.page.getByText("Choose what to share").first().click();
  await share(patient);
});

test("a university issues a visa, and a researcher asks with money in escrow", async () => {
  const university = await restored("university", "/organisation/visas");
  const [account] = (await network.volens("researcher", "keys", "list")).accounts;
  await issueVisa(university, account.address);
  await university.close();
  researcher = await restored("researcher", "/research");
  story.request = await request(researcher, { title: "Why some hearts beat out of step", deadline: 600 });
});

test("a yes to another request than the chain holds is refused", async () => {
  const lies = await lie(patient.page, alterPrice(story.request));
  await patient.page.getByRole("link", { name: "Requests" }).first().click();
  await patient.page.locator(`main a[href="/requests/${story.request}"]`).click();
  await patient.see("$9.00");
  await patient.press("Yes");
  await patient.see("This is not what the request says");
  assert.ok(lies.told() > 0);
  await lies.end();
  await patient.see("$5.00"); // the truth comes with the next block
});

test("the patient says yes, and the researcher opens the file in the browser", async () => {
  await answer(patient, story.request, true);
  await researcher.press("Download and open");
  await researcher.see("The file is what was registered");
  const opened = await readFile(await researcher.save("Save the file"));
  const digest = createHash("sha256").update(opened).digest("hex");
  assert.equal(digest, story.report.payload[0].sha256, "the researcher's file is the de-identified payload");
  assert.ok((await researcher.text()).includes(digest.slice(0, 8)));
});

test("the patient sees the payment, and the proof verifies", async () => {
  await patient.press("Money");
  await patient.page.getByRole("heading", { level: 1, name: "Money", exact: true }).waitFor();
  const row = patient.page.getByRole("row").filter({ has: patient.page.getByTitle(story.request) });
  await row.getByText("$5.00").waitFor();
  await patient.press("Who opened");
  await patient.page.locator(`main a[href="/activity/${story.dataset}"]`).click();
  await patient.see("Proven: opened 1 time for research");
  await patient.see(story.request.slice(0, 8));
});

for (const [name, alter] of Object.entries({
  "an altered value": alterValue,
  "a denied value": denyValue,
  "a header that nobody signed": alterHeader,
})) {
  test(`${name} is refused in plain sight`, async () => {
    const lies = await lie(patient.page, alter);
    // What the light client knows already it does not ask again: the lie meets it with a later block.
    for (let tries = 0; lies.told() === 0 && tries < 20; tries++) {
      await patient.page.waitForTimeout(500);
      // Not while a check is under way, nor when it has met the lie already.
      const again = patient.page.getByRole("button", { name: "Check again" });
      if (await again.isVisible()) await again.click();
      await patient.page
        .getByText(/We stopped at once|Proven: opened/)
        .first()
        .waitFor();
    }
    await patient.see("We stopped at once");
    assert.doesNotMatch(await patient.text(), /Proven/);
    await lies.end();
    await patient.press("Try again");
    await patient.see("Proven: opened 1 time for research");
  });
}

test("a second request is refused by the keyboard alone, and its money comes back", async () => {
  await researcher.visit("/research");
  story.second = await request(researcher, { title: "A second question", deadline: 60 });
  const lies = await lieAboutWords(patient.page);
  await open(patient, story.second);
  await patient.see("We do not show the study's words");
  assert.doesNotMatch(await patient.text(), /Nothing to worry about/);
  assert.ok(lies.told() > 0);
  await lies.end();
  await refuse(patient, story.second);
  await researcher.see("Too few said yes");
  const shown = await network.volens("researcher", "request", "show", story.second);
  assert.match(JSON.stringify(shown), /failed-short/);
  const { deposited, refunded, paid, held } = shown.escrow;
  assert.ok(BigInt(refunded) > 0n);
  assert.deepEqual([BigInt(refunded) + BigInt(paid), BigInt(held)], [BigInt(deposited), 0n]);
});

test("a researcher signs with an extension: the page shows what is signed, and the words open the file", async () => {
  const someone = await arrive({ ...desk, keplr: await network.words("researcher") });
  const { keplr, page } = someone;
  await someone.onboard();
  await someone.visit("/research");
  await someone.see("never with the real extension");
  keplr.refuses = true;
  await someone.press("Sign with Keplr");
  await someone.see("You did not confirm it");
  keplr.refuses = false;
  await someone.press("Sign with Keplr");
  await page.locator(`main [title="${keplr.address}"]`).first().waitFor();
  await keplr.turn(page, 1);
  await someone.see("Another account is chosen in Keplr");
  await keplr.turn(page, 0);
  await page.getByText("Another account is chosen in Keplr").waitFor({ state: "detached" });

  const asked = await request(someone, { title: "A question by an extension", deadline: 600 });
  assert.equal(keplr.calls.filter((name) => name === "signDirect").length, 2);
  await answer(patient, asked, true);
  await someone.press("Download and open");
  await someone.see("The file is what was registered");
  assert.ok(keplr.calls.includes("signArbitrary"), "the gateway knows the extension's account");
  const opened = await readFile(await someone.save("Save the file"));
  assert.equal(createHash("sha256").update(opened).digest("hex"), story.report.payload[0].sha256);

  // After a reload the choice stands with the words; the extension that has gone to another account signs nothing.
  await someone.visit("/organisation");
  await page.locator(`main [title="${keplr.address}"]`).first().waitFor();
  await someone.press("Sign with the words of this device again");
  await someone.see("the 24 words of this device");
  assert.deepEqual(someone.watch.errors, []);
  await someone.close();
});

test("every screen is right on a phone and on a desk, light and dark", async (t) => {
  await screens(t, { browser, network, story });
});

test("Stop ends the rest: a request that waits can no longer be answered with yes", async () => {
  await researcher.visit("/research");
  story.third = await request(researcher, { title: "A third question", deadline: 600 });
  // Looking at every screen may have taken longer than a vault stays open.
  await patient.visit("/data");
  await patient.page.locator(`main a[href="/data/${story.dataset}"]`).first().click();
  const stop = patient.page.getByRole("button", { name: "Stop sharing", exact: true });
  await tabTo(patient.page, stop);
  await openAndLeave(patient.page, stop, patient.page.getByRole("dialog"));
  await patient.press("Stop sharing");
  const words = await patient.page.getByRole("dialog").innerText();
  assert.match(words, /We cannot take back what was opened before/);
  await patient.press("Stop now");
  await patient.confirm();
  await patient.see("You stopped sharing");
  await turn(patient.page, `/requests/${story.third}`);
  await patient.see("This study cannot use your data");
  await patient.see("You do not share this data, or sharing has ended.");
  for (const name of ["Yes", "No"])
    assert.equal(await patient.page.getByRole("button", { name, exact: true }).count(), 0, name);
  // The other witness: 2 is STATUS_INACTIVE.
  assert.equal((await network.volens("researcher", "consent", "show", story.dataset)).status, 2);
});

test("somebody whom the patient named may stop for her, and do nothing else", async () => {
  const carer = await arrive();
  const words = await carer.onboard();
  await carer.visit("/help");
  await carer.press("Show me a number");
  const number = await carer.page.locator('main [title^="volens1"]').first().getAttribute("title");

  await patient.press("My data");
  await patient.page.locator(`main a[href="/data/${story.dataset}"]`).first().click();
  await patient.press("Let somebody stop for me");
  await patient.fill("Their number", number);
  await patient.press("Let them stop for me");
  assert.match(await patient.confirm(), /no network fee/);
  await patient.see("May stop for you:");
  await patient.press("Choose what to share");
  await share(patient);

  // A number that was shown stays one that was shown, also after a reload.
  await carer.visit("/help");
  await carer.see("You showed this number before");
  await carer.page.locator(`main [title="${number}"]`).waitFor();
  await carer.press("Another number");
  await carer.see("Copy it and give it to them");
  const numbers = carer.page.locator('main [title^="volens1"]');
  assert.deepEqual(await numbers.evaluateAll((all) => new Set(all.map(({ title }) => title)).size), 2);

  // A node that says she has no right is not believed.
  const lies = await lie(carer.page, denyConsent);
  await carer.fill("Number of the data", story.dataset);
  await carer.press("Look");
  await carer.see("It is shared");
  assert.ok(lies.told() > 0);
  await lies.end();
  await carer.press("Stop sharing");
  await carer.press("Stop now");
  assert.match(await carer.confirm(), /no network fee/);
  await carer.see("It is not shared");
  assert.equal((await network.volens("researcher", "consent", "show", story.dataset)).status, 2);

  // A vault that is damaged says so, and the words bring everything back.
  await damageVault(carer.page);
  await carer.page.goto("/");
  await carer.see("Your key here cannot be opened");
  await carer.press("Get back in with my 24 words");
  await carer.fill("Your 24 words", await network.words("researcher"));
  await carer.press("Go on");
  await carer.see("These words do not fit what is kept here");
  assert.ok(await carer.page.getByRole("button", { name: "Go on", exact: true }).isDisabled());
  await carer.fill("Your 24 words", words.join(" "));
  await carer.press("Go on");
  await carer.press("Use this device");
  await carer.see("You have no data here yet");
  await carer.visit("/help");
  await carer.see(`Data ${story.dataset.slice(0, 8)}`);
});

test("the patient locks her data again: the check ends, and the old lock opens nothing any more", async () => {
  await patient.visit(`/data/${story.dataset}`);
  await lockAgain(patient);
  const shown = await network.volens("researcher", "dataset", "show", story.dataset);
  assert.equal(shown.version, 2);
  await researcher.visit(`/research/requests/${story.request}`);
  await researcher.press("Download and open");
  await researcher.see("The data was replaced by a newer version");
});

test("a new device locks the data again with the list of changes that the patient kept", async () => {
  const again = await arrive();
  await again.restore(story.words.join(" "), `/data/${story.dataset}/lock`);
  await again.see("Your list of changes is not here");
  await again.press("Lock it again");
  await again.see("Choose the list first");
  const list = (buffer) => ({ name: "list.json", mimeType: "application/json", buffer });
  const pick = (file) => again.page.locator("input[type=file]").setInputFiles(file);
  const altered = { ...story.report, payload: [{ ...story.report.payload[0], sha256: "0".repeat(64) }] };
  await pick(list(Buffer.from(JSON.stringify(altered))));
  await again.press("Lock it again");
  await again.see("This list of changes belongs to other data");
  await pick(list(story.changes));
  await again.press("Lock it again");
  await again.confirm();
  await again.press("Next: have it checked");
  await again.see("Who should look?");
  assert.equal((await network.volens("researcher", "dataset", "show", story.dataset)).version, 3);
  await again.close();
});

test("hostile texts in fields and addresses run nothing, even without the policy", async () => {
  const arrives = () => Someone.arrive(browser, network.url, { ...desk, bypassCSP: true });
  const ran = [];
  const strike = async (role, paths) => {
    const someone = await arrives();
    await someone.restore(await network.words(role), paths[0]);
    for (const path of paths) {
      if (path !== paths[0]) await someone.visit(path);
      ran.push(...(await strikeFields(someone.page)));
    }
    return someone;
  };
  const stranger = await arrives();
  await stranger.page.goto("/welcome/restore");
  await mustStrike(stranger.page);
  ran.push(...(await strikeFields(stranger.page)));
  await stranger.close();
  for (const [role, path] of [
    ["university", "/organisation/visas"],
    ["ethics", "/organisation/ethics"],
  ])
    await (await strike(role, [path])).close();

  const someone = await strike("researcher", ["/money/payout", "/settings", "/organisation/disputes", "/help"]);
  await someone.visit("/research/requests/new");
  for (const step of ["1. Study", "2. Who", "3. What for", "4. Offer"]) {
    await someone.page.getByRole("button", { name: new RegExp(`^Step ${step[0]}, `) }).click();
    ran.push(...(await strikeFields(someone.page)));
  }
  ran.push(...(await strikeAddresses(someone)));
  await someone.close();
  assert.deepEqual(ran, []);
});

test("no page spoke to another origin, complained, or kept a secret where others read", async () => {
  let looked = 0;
  for (const { page, context, watch } of people) {
    assert.deepEqual(watch.foreign, []);
    if (page.isClosed()) continue;
    const kept = [await keptOf(page), JSON.stringify(await context.storageState()), page.url(), ...watch.logged].join(
      "\n",
    );
    // What was kept is read here: the box of a vault stands in it in plain.
    assert.match(kept, /"main":"volens1/);
    looked++;
    // Words of our own files are words of the list, too: two that follow each other are not.
    for (const [place, word] of story.words.entries()) {
      const next = story.words[place + 1];
      if (next) assert.doesNotMatch(kept, new RegExp(`${word}\\W{1,3}${next}`), "words were kept");
    }
  }
  assert.ok(looked > 0);
  for (const someone of people.filter((one) => one !== patient)) assert.deepEqual(someone.watch.errors, []);
});

// The parts of the story that people play on the page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** Adds a file: looks inside, locks, sends. Gives the dataset's id. */
export async function addData(patient, file) {
  await patient.press("Add my first file");
  await patient.page.locator("input[type=file]").setInputFiles(file);
  await patient.tick("Keep the time between events");
  await patient.press("Look inside");
  await patient.see("Nothing has left this device");
  await patient.press("Lock and send");
  assert.match(await patient.confirm(), /no network fee/);
  await patient.press("Next: have it checked");
  await patient.see("Who should look?");
  return new URL(patient.page.url()).pathname.split("/")[2];
}

/** Asks the hospital for the check. */
export async function askForCheck(patient) {
  await patient.tick(/A hospital in/);
  await patient.press("Ask for the check");
  await patient.confirm();
  await patient.see("Give them these two papers");
  await patient.see("The key facts can be given when they have said yes");
}

/** What the patient gives to the hospital once it has accepted: the facts are sealed to the key that came with that. */
export async function papersOf(patient) {
  return { report: await patient.save("List of changes"), facets: await patient.save("Key facts about the data") };
}

/** The hospital accepts the inspection. */
export async function accept(hospital, dataset) {
  await hospital.page.locator(`main a[href*="/organisation/inspections/"]`).first().click();
  await hospital.see(dataset);
  await hospital.press("Accept the inspection");
  await hospital.confirm();
  await hospital.page.getByRole("button", { name: "Open and check" }).waitFor();
}

/** The hospital opens the dataset with the papers, checks it and signs. */
export async function judge(hospital, papers) {
  const inputs = hospital.page.locator("input[type=file]");
  const paper = async (path, name) => ({ name, mimeType: "application/json", buffer: await readFile(path) });
  await inputs.nth(0).setInputFiles(await paper(papers.report, "report.json"));
  await inputs.nth(1).setInputFiles(await paper(papers.facets, "facets.age"));
  await hospital.press("Open and check");
  await hospital.see("Every check passed");
  await hospital.press("Sign the attestation");
  await hospital.confirm();
  await hospital.see("You vouched for this version");
}

/** Answers the questions of a consent and agrees. Nothing is ticked before the patient ticks it. */
export async function share(patient) {
  const next = async (...answers) => {
    await patient.page.getByRole("button", { name: "Next", exact: true }).waitFor();
    assert.equal(await patient.page.locator("main input:checked").count(), 0, "something was ticked before");
    await patient.tick(...answers);
    await patient.press("Next");
  };
  await patient.see("Who may ask?");
  await next("Universities", "Groups that do not work for profit");
  await next("All research");
  await next("No computer learns from it");
  await next("None of these");
  await next("Nobody: then it is a no");
  await next("1 year");
  await next("Keep it here for me");
  await next("Only in the first week", "It cannot be taken back", "My family");
  await patient.see("Not quite. Please try again.");
  await patient.tick("At any time, for free");
  await patient.press("Next");
  await patient.press("Next");
  await sameWeight(patient.page, "No, I do not agree", "Yes, I agree");
  await patient.press("Yes, I agree");
  await patient.confirm();
  await patient.see("From now on fitting studies can ask you");
}

/** Yes and No have the same size and the same weight. */
export async function sameWeight(page, no, yes) {
  const looks = [];
  for (const name of [no, yes]) {
    const button = page.getByRole("button", { name, exact: true });
    const box = await button.boundingBox();
    const style = await button.evaluate((element) => {
      const { backgroundColor, color, fontWeight, fontSize, borderColor } = getComputedStyle(element);
      return { backgroundColor, color, fontWeight, fontSize, borderColor };
    });
    looks.push({ ...style, width: Math.round(box.width), height: Math.round(box.height) });
  }
  assert.deepEqual(looks[0], looks[1]);
}

/** The patient locks a dataset again from its page. The page is left before she confirms, and goes on where it was. */
export async function lockAgain(patient) {
  await patient.see("You stopped sharing. Lock it again");
  await patient.press("Lock it again");
  await patient.see("A hospital has to check the data again");
  await patient.see("What you chose to share stays as it is");
  await sameWeight(patient.page, "Not now", "Lock it again");
  await patient.press("Lock it again");
  await patient.page.getByRole("dialog", { name: "Please confirm" }).waitFor();
  await patient.visit("/data/send");
  await patient.see("A locked file is not sent yet");
  await patient.press("Go on");
  assert.match(await patient.confirm(), /Lock your data again/);
  await patient.press("Next: have it checked");
  await patient.see("Who should look?");
}

/** The university says that somebody works for it. */
export async function issueVisa(university, address) {
  await university.fill(/Researcher.s account/, address);
  await university.choose(/Works as/, "academic");
  await university.press("Issue the visa");
  await university.confirm();
  await university.see("The visa stands on the chain");
}

/** The researcher writes a request for one dataset and locks the money for it. Gives the request's id. */
export async function request(researcher, { title, deadline }) {
  await researcher.press("New request");
  await researcher.fill(/^Title/, title);
  await researcher.fill(
    /^Summary/,
    "We want to learn why some hearts beat out of step. You get a letter with what we found.",
  );
  await researcher.fill(/^Contact/, "heart@university.example");
  const protocol = { name: "protocol.txt", mimeType: "text/plain", buffer: Buffer.from(`${title}, protocol 1\n`) };
  await researcher.page.locator("input[type=file]").setInputFiles(protocol);
  await researcher.press("Next");
  await researcher.choose(/Your organisation/);
  await researcher.press("Next");
  const health = researcher.page.getByRole("checkbox", { name: /^Health and medical research/ });
  if (!(await health.isChecked())) await researcher.tick("Health and medical research");
  await researcher.choose(/Kinds of data/, "gene variants");
  await researcher.tick("I will not try to find out who somebody is");
  await researcher.tick("I will not link the data with other data of the person");
  await researcher.fill(/months you use/, "12");
  await researcher.press("Next");
  await researcher.fill(/Most seats/, "1");
  await researcher.fill(/Least seats/, "1");
  await researcher.choose(/Money/);
  await researcher.fill(/patient.s part/, "5");
  await researcher.fill(/Time to answer/, String(deadline));
  await researcher.tick("I know this, and I say so in the request");
  await researcher.press("Next");
  await researcher.see("Locked in all");
  await researcher.press("Lock the money and send");
  await researcher.confirm();
  await researcher.confirm();
  await researcher.page.waitForURL(/\/research\/requests\/[0-9a-f]{32}/);
  // The story has the name of every step from the beginning: its state says that this one is done.
  await researcher.page.getByText("patients answer", { exact: true }).waitFor();
  return new URL(researcher.page.url()).pathname.split("/")[3];
}

/** The patient opens the request that waits. */
export async function open(patient, request) {
  await patient.page.getByRole("link", { name: "Requests" }).first().click();
  await patient.page.locator(`main a[href="/requests/${request}"]`).click();
  await patient.see("Your answer");
}

/** The patient opens the request that waits, reads it in the fixed order and in its researcher's words, and answers. */
export async function answer(patient, request, yes) {
  await open(patient, request);
  await patient.see("We want to learn why some hearts beat out of step.");
  await patient.see("heart@university.example");
  const text = await patient.text();
  const order = [
    "Who asks?",
    "Why?",
    "What do they see?",
    "What do they never see?",
    "For how long?",
    "What do you get?",
  ];
  const places = [...order, "Can I change my mind?"].map((heading) => text.indexOf(heading));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
    "the order is fixed",
  );
  assert.ok(places.every((place) => place >= 0));
  await sameWeight(patient.page, "No", "Yes");
  await patient.press(yes ? "Yes" : "No");
  await patient.confirm();
  await patient.see(yes ? "You said yes" : "You said no");
}

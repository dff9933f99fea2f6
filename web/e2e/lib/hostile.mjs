import assert from "node:assert/strict";
import { turn } from "./people.mjs";

// Texts that would run something on a page that does not treat texts as texts. Each tries to set window.struck.
const strike = "window.struck=1";

export const hostile = [
  `<script>${strike}</script>`,
  `"><script>${strike}</script>`,
  `<img src=x onerror="${strike}">`,
  `'"><svg onload=${strike}>`,
  `<iframe srcdoc="<script>parent.struck=1</script>">`,
  `javascript:${strike}`,
  `<a href="javascript:${strike}" autofocus onfocus="${strike}">x</a>`,
  `{{constructor.constructor('${strike}')()}}`,
  `\${${strike}}`,
  `<math><mtext></table><style><img src=x onerror=${strike}></style></mtext></math>`,
  `]]><script>${strike}</script>`,
  `\u202e<script>${strike}</script>`,
];

/** How long a text may take to run, in milliseconds: a picture that is not there fails a moment later. */
const moment = 300;

/** Whether a text has run on the page as it is, and what it would have left is taken away. */
async function struck(page) {
  return page.evaluate(() => {
    const ran = "struck" in window;
    delete window.struck;
    return ran;
  });
}

/** The texts do run on a page that does not treat them as texts: without that, nothing would be shown by none that ran. */
export async function mustStrike(page) {
  await page.evaluate((html) => {
    const place = document.createElement("div");
    place.innerHTML = html;
    document.body.append(place);
  }, hostile.join(""));
  await page.waitForFunction(() => "struck" in window);
  await page.reload();
}

/** Types every hostile text into every field of the page as it is, and says which of them ran. There must be a field. */
export async function strikeFields(page) {
  const ran = [];
  let typed = 0;
  const fields = page.locator(
    "main input:not([type=file]):not([type=hidden]):not([readonly]), main textarea:not([aria-hidden=true])",
  );
  await fields.filter({ visible: true }).first().waitFor();
  for (let place = 0; place < (await fields.count()); place++) {
    const field = fields.nth(place);
    if (!(await field.isVisible()) || !(await field.isEditable())) continue;
    const type = await field.getAttribute("type");
    if (type === "checkbox" || type === "radio" || type === "date") continue;
    typed++;
    for (const text of hostile) {
      await field.fill(text);
      await field.press("Tab");
      if (await struck(page)) ran.push(`${page.url()}, field ${place}: ${text}`);
    }
  }
  assert.ok(typed > 0, `${page.url()} has no field to type into`);
  await page.waitForTimeout(moment);
  if (await struck(page)) ran.push(`${page.url()}, a moment later`);
  return ran;
}

/** What a screen says of an address that names nothing. */
const nothing = /Code: (bad-id|query-usage)/;

/** Screens that take a text from their address, each with its title, and what it says of a text that makes no sense. */
const addressed = [
  ["/data/", "My data", nothing],
  ["/help/", "Stop for somebody", nothing],
  ["/activity/", "Who opened it?", nothing],
  ["/requests/", "A study asks you", nothing],
  ["/research/requests/", "Request", nothing],
  ["/research/datasets/", "Dataset", nothing],
  ["/organisation/inspections/", "Inspection", nothing],
  ["/organisation/disputes?dataset=", "Disputes"],
  ["/research/datasets?kind=", "Datasets"],
  ["/network/releases?page=", "Jobs and releases"],
];

/** Goes to every hostile address inside the app, so that open screens get the texts, and says which of them ran. */
export async function strikeAddresses({ page }) {
  const ran = [];
  for (const text of hostile) {
    for (const [path, title, says] of addressed) {
      await turn(page, path + encodeURIComponent(text));
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      if (says) await page.getByRole("alert").filter({ hasText: says }).waitFor();
      if (await struck(page)) ran.push(path + text);
    }
    await page.waitForTimeout(moment);
    if (await struck(page)) ran.push(`a moment later: ${text}`);
  }
  // One field shows what its address says, and it says it as it is.
  await turn(page, `/organisation/disputes?dataset=${encodeURIComponent(hostile[0])}`);
  await page.waitForFunction((text) => document.querySelector("main input")?.value === text, hostile[0]);
  return ran;
}

// Every screen, on a phone and on a desk, light and dark: axe, elements outside their parents, small targets, pictures.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { axe, damageVault, layoutFaults, moved, watchMotion } from "./browser.mjs";
import { Someone, turn } from "./people.mjs";

const pictures = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "docs", "screens");

/** Sizes of which pictures are kept, and those that are looked at by program. */
const pictured = [320, 768, 1440];
const checked = [320, 1440];
const heights = { 320: 640, 768: 1024, 1440: 900 };

/** Screens that are looked at with letters of twice the size, as a browser's own settings make them, on a phone. */
const enlarged = new Set([
  ...["welcome", "restore", "network-status", "home", "add", "dataset", "stop", "share", "help", "requests", "request"],
  ...["activity", "opened", "money", "settings", "organisation", "inspection", "visas", "catalogue", "offer", "form"],
  ...["research-request", "spending"],
]);
const phone = { width: 390, height: 844 };
/** In CSS pixels: what browsers begin with, and the double of it (WCAG 1.4.4). */
const letters = { usual: 16, large: 32 };

/** Screens that say on purpose that something is wrong. */
const wrong = new Set(["missing", "damaged", "unlock"]);

/** The screens of a role: name, address, and what opens a dialog there. */
function listOf({ dataset, request, inspection }) {
  return {
    stranger: [
      ["welcome", "/welcome"],
      ["key", "/welcome/key"],
      ["restore", "/welcome/restore"],
      ["network-status", "/network"],
      ["network-committee", "/network/committee"],
      ["network-releases", "/network/releases"],
      ["network-gateways", "/network/gateways"],
      ["network-parameters", "/network/parameters"],
      ["missing", "/no-such-page"],
    ],
    patient: [
      ["home", "/"],
      ["words", "/welcome/words"],
      ["check-words", "/welcome/check"],
      ["data", "/data"],
      ["add", "/data/add"],
      ["send", "/data/send"],
      ["dataset", `/data/${dataset}`],
      ["stop", `/data/${dataset}`, "Stop sharing"],
      ["lock", `/data/${dataset}/lock`],
      ["check", `/data/${dataset}/check`],
      ["share", `/data/${dataset}/share`],
      ["helper", `/data/${dataset}/helper`],
      ["help", "/help"],
      ["entrusted", `/help/${dataset}`],
      ["requests", "/requests"],
      ["request", `/requests/${request}`],
      ["activity", "/activity"],
      ["opened", `/activity/${dataset}`],
      ["money", "/money"],
      ["payout", "/money/payout"],
      ["settings", "/settings"],
      ["forget", "/settings", "Remove my key"],
      ["menu", "/", "Menu"],
    ],
    hospital: [
      ["organisation", "/organisation"],
      ["inspections", "/organisation/inspections?show=all"],
      ["inspection", `/organisation/inspections/${inspection}`],
      ["ethics", "/organisation/ethics"],
      ["visas", "/organisation/visas"],
      ["disputes", `/organisation/disputes?dataset=${dataset}`],
    ],
    researcher: [
      ["research", "/research"],
      ["catalogue", "/research/datasets"],
      ["offer", `/research/datasets/${dataset}`],
      ["form", "/research/requests/new"],
      ["research-requests", "/research/requests"],
      ["research-request", `/research/requests/${request}`],
      ["spending", "/research/spending"],
    ],
  };
}

/** Goes to a screen, and waits until it has come to rest. */
async function rest(page, path) {
  await turn(page, path);
  await page.locator("main h1:not([data-waiting])").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"), undefined, { timeout: 60_000 });
  await page.waitForTimeout(700);
}

/** What is wrong with a screen that has come to rest: colours and charts follow a change of scheme a moment later. */
async function settledFaults(page) {
  for (let looks = 5; ; looks--) {
    const faults = [...(await axe(page)), ...(await layoutFaults(page))];
    if (faults.length === 0 || looks <= 1) return faults;
    await page.waitForTimeout(1000);
  }
}

async function look(page, name, width, scheme) {
  await page.setViewportSize({ width, height: heights[width] });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.waitForFunction((want) => document.documentElement.dataset.mantineColorScheme === want, scheme);
  await page.waitForTimeout(400);
  const faults = checked.includes(width) ? await settledFaults(page) : [];
  const titles = await page.locator("h1").count();
  if (titles !== 1) faults.push(`${titles} titles of the first rank`);
  if (process.env.VOLENS_SCREENS && pictured.includes(width) && scheme === "light") {
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
  }
  return faults.map((fault) => `${name} at ${width}, ${scheme}: ${fault}`);
}

/** What stands there when a screen could not be shown: it would be right on every size, and be another one. */
async function replaced(page, name) {
  if (wrong.has(name)) return [];
  const main = await page.locator("main").innerText();
  const [found] = /Your key is locked|There is no such page|Code: \S+/.exec(main) ?? [];
  return found ? [`${name}: ${found}`] : [];
}

/** A screen with large letters: nothing sticks out, and no line has to be followed to the side. */
async function enlarge({ page, devtools }, name) {
  const size = (standard) => devtools.send("Page.setFontSizes", { fontSizes: { standard, fixed: standard } });
  await page.setViewportSize(phone);
  await size(letters.large);
  await page.waitForFunction(
    (large) => getComputedStyle(document.documentElement).fontSize === `${large}px`,
    letters.large,
  );
  await page.waitForTimeout(600);
  const faults = await layoutFaults(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`it is ${wide} px too wide`);
  await size(letters.usual);
  return faults.map((fault) => `${name} with large letters: ${fault}`);
}

async function visitAll(someone, screens) {
  const faults = [];
  await watchMotion(someone.page);
  for (const [name, path, opens] of screens) {
    await rest(someone.page, path);
    faults.push(...(await replaced(someone.page, name)));
    if (opens) {
      await someone.press(opens);
      await someone.page.getByRole("dialog").or(someone.page.getByRole("menu")).first().waitFor();
    }
    if (enlarged.has(name)) faults.push(...(await enlarge(someone, name)));
    faults.push(...(await moved(someone.page)).map((fault) => `${name}: ${fault}`));
    for (const scheme of ["light", "dark"]) {
      for (const width of pictured) {
        if (scheme === "dark" && !checked.includes(width)) continue;
        faults.push(...(await look(someone.page, name, width, scheme)));
      }
    }
    if (opens) await someone.page.keyboard.press("Escape");
  }
  return faults;
}

/** The screens before a vault is open: locked, and damaged. */
async function closed(someone) {
  const { page } = someone;
  const faults = [];
  const both = async (name) => {
    await page.locator("main h1:not([data-waiting])").first().waitFor();
    for (const width of pictured) faults.push(...(await look(page, name, width, "light")));
  };
  await page.goto("/");
  await both("unlock");
  await damageVault(page);
  await page.goto("/");
  await both("damaged");
  return faults;
}

/** Looks at every screen, each role in a subtest of its own. The browser's policy is off here, for axe to run. */
export async function screens(t, { browser, network, story }) {
  const lists = listOf(story);
  const words = { patient: story.words.join(" ") };
  for (const [role, list] of Object.entries(lists)) {
    await t.test(role, async () => {
      const keplr = role === "researcher" ? await network.words("researcher") : undefined;
      const someone = await Someone.arrive(browser, network.url, { bypassCSP: true, keplr });
      if (role === "stranger") await someone.page.goto("/welcome");
      else await someone.restore(words[role] ?? (await network.words(role)));
      const faults = await visitAll(someone, list);
      if (role === "patient") faults.push(...(await closed(someone)));
      await someone.close();
      assert.deepEqual(faults, []);
    });
  }
}

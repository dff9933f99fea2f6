// What people do on the page, by the words that stand on it.
import assert from "node:assert/strict";
import { person } from "./browser.mjs";
import { Keplr } from "./keplr.mjs";

/** How long a step of the network may take: blocks of a second, on a machine that does other work, too. */
const patience = 120_000;

const named = (page, role, name) => page.getByRole(role, { name, exact: typeof name === "string" });

/** Goes to a screen without starting the page anew, which would lock the keys. */
export function turn(page, path) {
  return page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

/** Somebody with a browser of their own. */
export class Someone {
  /** With `keplr: words`, a stand-in for Keplr with an account of these words is in the browser. */
  static async arrive(browser, origin, { keplr, ...options } = {}) {
    const someone = new Someone();
    Object.assign(someone, await person(browser, origin, options));
    if (keplr) someone.keplr = await Keplr.install(someone.context, keplr);
    someone.page.setDefaultTimeout(patience);
    return someone;
  }

  /** Presses the button or link of this name. */
  press(name) {
    return named(this.page, "button", name)
      .or(named(this.page, "link", name))
      .first()
      .click();
  }

  /** Ticks answers by their words. */
  async tick(...texts) {
    for (const text of texts) await this.page.getByText(text, { exact: true }).first().click();
  }

  async fill(name, value) {
    await this.page.getByRole("textbox", { name }).fill(value);
  }

  /** Chooses from a list that opens; without an option, the first one. */
  async choose(name, option) {
    await this.page.getByRole("combobox", { name }).focus();
    await this.page.keyboard.press("ArrowDown");
    const options = this.page.getByRole("option");
    await (option === undefined ? options : options.filter({ hasText: option })).first().click();
    await this.page.keyboard.press("Escape");
  }

  /** Reads what is about to be signed and agrees; gives the words that were shown. */
  async confirm() {
    const sheet = this.page.getByRole("dialog", { name: "Please confirm" });
    await sheet.waitFor();
    const words = await sheet.innerText();
    await named(sheet, "button", "Confirm").click();
    await sheet.waitFor({ state: "detached" });
    return words;
  }

  /** Waits until the words stand on the page. */
  see(words) {
    return this.page.getByText(words).first().waitFor();
  }

  /** What stands on the page. */
  text() {
    return this.page.locator("main").innerText();
  }

  /** Presses what saves a file, and gives where it lies. */
  async save(name) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.press(name)]);
    return download.path();
  }

  /** Goes to a page by the address bar, which starts the page anew, and unlocks. */
  async visit(path) {
    await this.page.goto(path);
    await this.page.locator("main h1:not([data-waiting])").first().waitFor();
    const unlock = named(this.page, "button", "Unlock with this device");
    const pause = this.page.getByText("Your key is locked");
    if (await pause.isVisible()) {
      await unlock.click();
      await pause.waitFor({ state: "detached" });
    }
  }

  /** Makes a key with a passkey, reads the words and types three of them. Gives the words. */
  async onboard() {
    await this.page.goto("/");
    await this.press("Get started");
    await this.press("Use this device");
    await this.press("Show my words");
    const list = this.page.getByRole("list", { name: "Your 24 words" });
    const words = (await list.getByRole("listitem").allInnerTexts()).map((word) => word.replace(/[^a-z]/g, ""));
    assert.equal(words.length, 24);
    await this.press("I wrote them down");
    await this.see("Check three words");
    for (const label of await this.page.locator("main label").allInnerTexts()) {
      const place = Number(/\d+/.exec(label)[0]);
      await this.page.getByRole("textbox", { name: `Word number ${place}`, exact: true }).fill(words[place - 1]);
    }
    await this.press("Check");
    await this.see("You have no data here yet");
    return words;
  }

  /** Gets back in with the words of somebody, and goes to a page. */
  async restore(words, path = "/") {
    await this.page.goto("/welcome/restore");
    await this.fill("Your 24 words", words);
    await this.press("Go on");
    await this.press("Use this device");
    await this.page.waitForURL((url) => !url.pathname.startsWith("/welcome"));
    await this.visit(path);
  }

  close() {
    return this.context.close();
  }
}

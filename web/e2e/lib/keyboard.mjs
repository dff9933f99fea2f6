// Somebody who has no pointer: Tab, Shift+Tab, Enter, Space, Escape, and eyes that have to find the focus.
import assert from "node:assert/strict";

/** A screen has no more stops than this. */
const mostStops = 80;

/**
 * What is wrong with what has the focus now: that it cannot be seen to have it, or lies under something. Behind the last
 * stop the browser itself has it, and nothing on the page does.
 */
export function focusFaults(page) {
  return page.evaluate(async () => {
    // A style that has no time to change still changes in the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const at = document.activeElement;
    if (!at || at === document.body) return [];
    const words = (at.getAttribute("aria-label") ?? at.textContent ?? "").trim().slice(0, 40);
    const name = `${at.tagName.toLowerCase()} "${words}"`;
    const frame = at.closest("label, .mantine-Input-input") ?? at;
    const rings = [at, frame].map((element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return boxShadow !== "none" || (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2);
    });
    const faults = rings.includes(true) ? [] : [`${name} does not show that it has the focus`];
    const { left, right, top, bottom } = frame.getBoundingClientRect();
    const points = [
      [(left + right) / 2, (top + bottom) / 2],
      [left + 4, top + 4],
      [right - 4, top + 4],
      [left + 4, bottom - 4],
      [right - 4, bottom - 4],
    ];
    const seen = points.map(([x, y]) => document.elementFromPoint(x, y)).some((element) => frame.contains(element));
    if (!seen || getComputedStyle(at).opacity === "0") faults.push(`${name} cannot be seen where it is`);
    return faults;
  });
}

/** Whether an element has the focus. */
export function hasFocus(locator) {
  return locator.evaluate((element) => element === document.activeElement).catch(() => false);
}

/** Waits until an element has the focus. */
export async function focusOn(locator, what) {
  for (let looks = 0; looks < 100; looks++) {
    if ((await locator.count()) > 0 && (await hasFocus(locator.first()))) return;
    await locator.page().waitForTimeout(100);
  }
  const at = await locator.page().evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  assert.fail(`${what} has not got the focus: ${at}`);
}

/** Presses Tab until an element has the focus. Every stop on the way is seen. */
export async function tabTo(page, target, key = "Tab") {
  await target.waitFor();
  for (let stop = 0; stop < mostStops; stop++) {
    await page.keyboard.press(key);
    assert.deepEqual(await focusFaults(page), []);
    if (await hasFocus(target)) return;
  }
  assert.fail(`${mostStops} stops lead not to ${target}`);
}

/** An open dialog: it has the focus, and Tab and Shift+Tab stay in it, all the way round. */
export async function mustTrap(page, dialog) {
  await dialog.waitFor();
  const inside = () => dialog.evaluate((element) => element.contains(document.activeElement));
  for (let looks = 0; !(await inside()); looks++) {
    assert.ok(looks < 50, "a dialog that opens takes the focus");
    await page.waitForTimeout(100);
  }
  // The sheet has come to rest: what moves is under nothing for a moment only.
  await page.waitForTimeout(400);
  for (const key of ["Tab", "Shift+Tab"]) {
    const stops = new Set();
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press(key);
      assert.ok(await inside(), `${key} leaves the dialog`);
      assert.deepEqual(await focusFaults(page), []);
      stops.add(await page.evaluate(() => document.activeElement?.textContent || document.activeElement?.ariaLabel));
    }
    assert.ok(stops.size >= 3, `${key} goes round in the dialog`);
  }
}

/** Opens a dialog by a button that has the focus, and closes it by Escape: the focus comes back to the button. */
export async function openAndLeave(page, button, dialog) {
  await page.keyboard.press("Enter");
  await mustTrap(page, dialog);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await focusOn(button, "what opened the dialog");
}

/** Begins a screen anew: the first stop leads past the places to the screen. Unlocks, when it must. */
export async function begin(page, path) {
  await page.goto(path);
  await page.locator("main h1:not([data-waiting])").first().waitFor();
  const unlock = page.getByRole("button", { name: "Unlock with this device", exact: true });
  if (await page.getByText("Your key is locked").isVisible()) {
    await tabTo(page, unlock);
    await page.keyboard.press("Enter");
    await page.getByText("Your key is locked").waitFor({ state: "detached" });
  }
  await focusOn(page.locator("main h1"), "the title of a new screen");
}

/** The first stop of a page, which is seen only then, leads past header and places. */
export async function skipLink(page) {
  await page.evaluate(() => document.activeElement?.blur());
  const skip = page.locator("a.volens-skip");
  await tabTo(page, skip, "Shift+Tab");
  await page.keyboard.press("Enter");
  await focusOn(page.locator("main"), "the screen");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.querySelector("main")?.contains(document.activeElement)));
}

/** The patient refuses a request with the keyboard alone, from her first screen on. */
export async function refuse(patient, request) {
  const { page } = patient;
  await begin(page, "/");
  await skipLink(page);
  const menu = page.getByRole("button", { name: "Menu", exact: true });
  await tabTo(page, menu, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.evaluate(() => document.activeElement?.getAttribute("role") === "menuitem"));
  await page.keyboard.press("Escape");
  await focusOn(menu, "the button of the menu");

  await tabTo(page, page.locator(`main a[href="/requests/${request}"]`));
  await page.keyboard.press("Enter");
  await patient.see("Your answer");
  await focusOn(page.locator("main h1"), "the title of the request");
  const no = page.getByRole("button", { name: "No", exact: true });
  const sheet = page.getByRole("dialog", { name: "Please confirm" });
  await tabTo(page, no);
  await openAndLeave(page, no, sheet);
  await patient.see("You did not confirm it");
  await page.keyboard.press(" ");
  await mustTrap(page, sheet);
  await tabTo(page, sheet.getByRole("button", { name: "Confirm", exact: true }));
  await page.keyboard.press("Enter");
  await patient.see("You said no");
  await focusOn(page.locator("main h1"), "the title of the receipt");
}

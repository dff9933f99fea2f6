// Chromium as people use it: one context a person, with a passkey device that does PRF.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** Where Debian puts it; CHROMIUM names another one. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export function launch() {
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Everything that a page does wrong while a person uses it. */
export class Watch {
  errors = [];
  foreign = [];
  logged = [];

  constructor(page, origin) {
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      this.logged.push(message.text());
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== "blob:" && url.protocol !== "data:")
        this.foreign.push(request.url());
    });
  }
}

/** A person: a browser context of their own. With passkey: false the device knows none, as old ones do. */
export async function person(browser, origin, { passkey = true, viewport, colorScheme = "light", ...options } = {}) {
  const context = await browser.newContext({
    baseURL: origin,
    acceptDownloads: true,
    locale: "en-GB",
    viewport: viewport ?? { width: 390, height: 844 },
    colorScheme,
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const watch = new Watch(page, origin);
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: passkey,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { context, page, watch, devtools };
}

/** Everything that this origin keeps on the device where a page can read it: databases, files, storages, caches; as texts. */
export function keptOf(page) {
  return page.evaluate(async () => {
    const latin = (bytes) => new TextDecoder("latin1").decode(bytes);
    const text = (value) => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return latin(value);
      return JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? latin(part) : part)) ?? "";
    };
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const parts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), text(history.state)];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const records = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([done(records.getAllKeys()), done(records.getAll())]);
        parts.push(...keys.map(text), ...values.map(text));
      }
      database.close();
    }
    const folders = [await navigator.storage.getDirectory()];
    for (const folder of folders)
      for await (const entry of folder.values()) {
        parts.push(entry.name);
        if (entry.kind === "directory") folders.push(entry);
        else parts.push(latin(await (await entry.getFile()).arrayBuffer()));
      }
    parts.push(...(await caches.keys()));
    return parts.join("\n");
  });
}

/** Cuts the vault's record on this device in half, as a failing disk might. */
export function damageVault(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("volens-vault", 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const change = opening.result.transaction("records", "readwrite");
          const records = change.objectStore("records");
          const reading = records.get("vault");
          reading.onsuccess = () => records.put(reading.result.slice(0, reading.result.length / 2), "vault");
          change.onabort = () => reject(change.error);
          change.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
  );
}

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds on the page as it is now: one line a rule and element. Needs a context with bypassCSP. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }),
    standards,
  );
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
}

/** Begins to note what moves on the page, in every frame; `moved` tells. What takes no time does not move. */
export function watchMotion(page) {
  return page.evaluate(() => {
    window.moved = new Set();
    const note = () => {
      for (const animation of document.getAnimations()) {
        const { duration } = animation.effect.getComputedTiming();
        const name = animation.animationName ?? animation.transitionProperty;
        if (duration > 20) window.moved.add(`${animation.effect.target?.className} moves: ${name}`);
      }
      requestAnimationFrame(note);
    };
    note();
  });
}

/** What moved since `watchMotion`, or since it was asked before. */
export function moved(page) {
  return page.evaluate(() => {
    const all = [...window.moved];
    window.moved.clear();
    return all;
  });
}

/** Elements that stick out of their parent or of the page, and targets smaller than 44 by 24 pixels. */
export function layoutFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const width = document.documentElement.clientWidth;
    const name = (element) => {
      const text = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40);
      return `${element.tagName.toLowerCase()}.${String(element.className).split(" ")[0]} "${text}"`;
    };
    const scrolls = (element) => {
      for (let at = element; at; at = at.parentElement) {
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return at !== document.documentElement;
      }
      return false;
    };
    for (const element of document.body.querySelectorAll("*")) {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (style.display === "none" || style.visibility === "hidden" || box.width < 2 || box.height < 2) continue;
      if (style.position === "fixed" || style.position === "absolute" || element.closest("svg")) continue;
      const parent = element.parentElement?.getBoundingClientRect();
      const out = box.right > width + 1 || box.left < -1;
      const past = parent && parent.width > 2 && (box.right > parent.right + 1 || box.left < parent.left - 1);
      if ((out || past) && !scrolls(element.parentElement) && style.display !== "inline") {
        faults.push(`${name(element)} sticks out`);
      }
    }
    for (const target of document.querySelectorAll(
      "button, [role=button], input, select, textarea, a.mantine-Button-root",
    )) {
      const box = target.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || getComputedStyle(target).opacity === "0") continue;
      if (target.closest("[aria-hidden=true]")) continue;
      // A field with pills is its frame; a tick and its words are one target.
      const frame = target.closest("label, .mantine-Input-input, .mantine-Checkbox-body, .mantine-Switch-body");
      if (Math.max(box.height, frame?.getBoundingClientRect().height ?? 0) < 43.5)
        faults.push(`${name(target)} is ${Math.round(box.height)} px high`);
    }
    return faults;
  });
}

// Builds the page of the harness as the app is built, and serves it as the gateway serves the app.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = fileURLToPath(new URL("../..", import.meta.url));
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** The policy under which the gateway serves pages, read from its source. */
async function policy() {
  const source = await readFile(join(web, "../gateway/site.go"), "utf8");
  const [, text] = /const sitePolicy = ([\s\S]*?)\n\n/.exec(source) ?? [];
  if (!text) throw new Error("gateway/site.go has no sitePolicy");
  return [...text.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
}

/** A built and served harness. Close it. */
export async function serveHarness() {
  const folder = await mkdtemp(join(tmpdir(), "volens-harness-"));
  await build({
    configFile: join(web, "vite.config.ts"),
    root: web,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, rollupOptions: { input: join(web, "e2e/harness/index.html") } },
  });
  const headers = { "Content-Security-Policy": await policy(), "Cross-Origin-Opener-Policy": "same-origin" };
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { ...headers, "Content-Type": types[extname(path)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** Opens the harness and waits until its vault has read what stands on the device. */
export async function openHarness(page) {
  await page.goto("/e2e/harness/index.html");
  await page.waitForFunction(() => globalThis.harness && harness.vault.state().status !== "loading");
}

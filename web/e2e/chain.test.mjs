// The page's lower layers, without a browser, against a real network: proofs, sign bytes of both modes, uploads.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Network } from "./lib/network.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");

test("chain and storage layers speak with a real node and gateway", async (t) => {
  const network = await Network.start({ portOffset: Number(process.env.VOLENS_PORT_OFFSET ?? 4660) });
  t.after(() => network.close());
  const env = {
    ...process.env,
    VOLENS_LIVE_GATEWAY: network.url,
    VOLENS_LIVE_WORDS: await network.words("researcher"),
  };
  const vitest = join(web, "node_modules", ".bin", "vitest");
  const child = spawn(vitest, ["run", "src/client/network.live.test.ts"], { cwd: web, env, stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(code, 0);
});

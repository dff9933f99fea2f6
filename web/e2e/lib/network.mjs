// A real network of its own for a test: validators, gateway and page, started by `volens demo --no-story`.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The folder of the programs that `make build` makes. */
export const programs = join(root, "build");

/** The design's samples, when the folder is there. */
export const corpus = join(root, "..", "shared", "corpus");

/** Network is what a test talks to; close() ends every process and removes every file. */
export class Network {
  static async start({ portOffset = 4060 } = {}) {
    const dir = await mkdtemp(join(tmpdir(), "volens-web-"));
    const child = spawn(
      join(programs, "volens"),
      ["demo", "--no-story", "--output", "json", "--port-offset", String(portOffset), "--dir", join(dir, "net")],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const network = new Network();
    Object.assign(network, { dir, child });
    network.ended = new Promise((resolve) => child.once("exit", resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line);
      if (said.step !== "ready") continue;
      network.node = said.node;
      network.url = said.gateway;
      network.passphraseFile = said.passphrase_file;
      network.homes = Object.fromEntries(said.homes.map((home) => [home.role, home.home]));
      child.stdout.resume();
      return network;
    }
    await network.close();
    throw new Error("the network ended before it was ready");
  }

  /** Runs `volens` as somebody and gives the last JSON object that it prints. */
  async volens(role, ...args) {
    const flags = ["--home", this.homes[role], "--passphrase-file", this.passphraseFile, "--output", "json", "--yes"];
    const { stdout } = await run(join(programs, "volens"), [...flags, ...args], { maxBuffer: 1 << 26 });
    const lines = stdout.trim().split("\n");
    return JSON.parse(lines.at(-1));
  }

  /** The 24 words of somebody's wallet. */
  async words(role) {
    const said = await this.volens(role, "keys", "export");
    return said.words;
  }

  async close() {
    this.child.kill("SIGINT");
    await this.ended;
    await rm(this.dir, { recursive: true, force: true });
  }
}

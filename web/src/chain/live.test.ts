import { expect, it } from "vitest";
import { Fault } from "../core/fault";
import { follow, type Live } from "./live";
import { Node, type Status } from "./node";

/** A node that answers with one status after the other; `null` is silence. */
class Script extends Node {
  readonly #turns: (Partial<Status> | null)[];
  constructor(turns: (Partial<Status> | null)[]) {
    super();
    this.#turns = turns;
  }
  override async status(): Promise<Status> {
    const turn = this.#turns.shift();
    if (!turn) throw new Fault("unavailable", "node-silent");
    return { chainId: "volens-1", height: 1n, time: 1_000_000, catchingUp: false, ...turn };
  }
}

async function told(turns: (Partial<Status> | null)[], changes: number): Promise<string[]> {
  const seen: Live[] = [];
  const end = new AbortController();
  await follow(new Script(turns), {
    poll: 0,
    now: () => 1_001_000,
    signal: end.signal,
    onChange: (live) => {
      seen.push(live);
      if (seen.length === changes) end.abort();
    },
  });
  return seen.map((live) => `${live.state} ${live.status?.height ?? "-"}`);
}

it("tells new heights once, never goes back, and says when it is stale or silent", async () => {
  const turns = [
    { height: 5n },
    { height: 5n },
    { height: 4n },
    { height: 6n },
    null,
    { height: 7n, time: 900_000 },
    { height: 8n, catchingUp: true },
    { height: 9n },
  ];
  expect(await told(turns, 6)).toEqual(["live 5", "live 6", "silent 6", "stale 7", "stale 8", "live 9"]);
});

it("says that a node was never heard of", async () => {
  expect(await told([null, { height: 3n }], 2)).toEqual(["silent -", "live 3"]);
});

it("ends at once when it ended before", async () => {
  await follow(new Script([]), { signal: AbortSignal.abort(), onChange: () => expect.unreachable() });
});

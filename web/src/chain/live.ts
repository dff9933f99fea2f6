import { asFault, type Fault } from "../core/fault";
import type { Node, Status } from "./node";

/** What a follower tells, each time something changed. */
export interface Live {
  /** The latest that the node told; undefined before its first answer. */
  readonly status?: Status;
  /**
   * `live` while blocks come, `stale` when the latest is older than the limit or the node is catching up, `silent` when
   * the last looks failed.
   */
  readonly state: "live" | "stale" | "silent";
  /** Why the last look failed. */
  readonly fault?: Fault;
}

/** How the chain is followed. Times are in milliseconds. */
export interface FollowOptions {
  /** Between two looks while all is well. */
  readonly poll?: number;
  /** The longest wait after failures; each one doubles it. */
  readonly longest?: number;
  /** From which age of the latest block on it is stale. */
  readonly stale?: number;
  /** Told of each new height and each change of state. */
  readonly onChange: (live: Live) => void;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** The clock; the device's if not given. */
  readonly now?: () => number;
}

const POLL = 1_000;
const LONGEST = 30_000;
/** The gateway's own limit is 10 s (docs/spec/gateway.md, section 14); devices' clocks are worse. */
const STALE = 30_000;

/** Follows the chain until the signal ends it. Never rejects. */
export async function follow(node: Node, options: FollowOptions): Promise<void> {
  const { poll = POLL, longest = LONGEST, stale = STALE, onChange, signal, now = Date.now } = options;
  let last: Live = { state: "silent" };
  let failures = 0;
  while (!signal.aborted) {
    const seen = last.status;
    let next: Live;
    try {
      const status = await node.status();
      failures = 0;
      // A gateway may ask one of several nodes: heights do not go back for it.
      const newest = seen !== undefined && seen.height > status.height ? seen : status;
      const old = newest.catchingUp || now() - newest.time > stale;
      next = { status: newest, state: old ? "stale" : "live" };
    } catch (thrown) {
      failures++;
      next = { ...(seen && { status: seen }), state: "silent", fault: asFault(thrown) };
    }
    if (signal.aborted) return;
    if (next.state !== last.state || next.status?.height !== seen?.height || next.fault?.code !== last.fault?.code) {
      onChange(next);
    }
    last = next;
    await pause(Math.min(poll * 2 ** Math.min(failures, 16), longest), signal);
  }
}

/** Waits, or until the signal ends it. Never rejects. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}

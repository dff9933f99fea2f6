import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { leafHash, leafSize, merkleRoot } from "../core/merkle";
import { ProblemFault } from "../core/problem";
import { type Call, passes, silent } from "./call";
import type { GatewayAccount } from "./gateway";

/** What is fetched from a gateway. */
export interface Download {
  /** SHA-256 of the object in hexadecimal digits. */
  readonly object: string;
  /** The most bytes that it may have: its registered size, rounded up as `size_bucket` is. */
  readonly limit: bigint;
  /** Told how many of how many bytes came. */
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How often a download is begun anew that makes no progress. */
const MAX_TRIES = 6;
/** The longest a whole answer may take, in milliseconds; what stalls is begun anew. */
const TIMEOUT = 24 * 60 * 60_000;
/** From when on a transfer in which no byte moves is given up, in milliseconds. */
const STALL = 60_000;
/** Hashes of leaves of 2 TiB. */
const MAX_LEAVES = 64 << 20;
const HASH = 32;

/**
 * An object as a stream that goes on by itself when a connection breaks. The stream ends well only if the bytes have the
 * digest: whoever reads it must use nothing before its end. More bytes than the limit, and other bytes, are an integrity
 * Fault `digest-mismatch`, which errors the stream.
 */
export async function download(
  account: GatewayAccount,
  what: Download,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const fetching = new Fetching(account, what);
  // The first answer decides whether there is a right to it: that is told before the stream begins.
  await fetching.open();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const part = await fetching.next();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
      cancel: () => fetching.close(),
    },
    { highWaterMark: 2 },
  );
}

class Fetching {
  readonly #account: GatewayAccount;
  readonly #what: Download;
  readonly #path: string;
  readonly #digest = sha256.create();
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #have = 0;
  #total = -1;
  #tries = 0;

  constructor(account: GatewayAccount, what: Download) {
    this.#account = account;
    this.#what = what;
    this.#path = objectPath(what.object);
  }

  /** The next bytes; undefined at a good end. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      try {
        if (this.#total >= 0 && this.#have === this.#total) return await this.#end();
        this.#reader ??= await this.#begin();
        const { value, done } = await withStall(this.#reader.read());
        if (done) throw new Fault("unavailable", "gateway-silent");
        if (value.length > 0) return this.#take(value);
      } catch (thrown) {
        await this.close();
        await this.#again(thrown);
      }
    }
  }

  /** Asks for the first bytes. */
  async open(): Promise<void> {
    while (this.#reader === undefined) {
      try {
        this.#reader = await this.#begin();
      } catch (thrown) {
        await this.#again(thrown);
      }
    }
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.cancel().catch(() => undefined);
  }

  /** Asks for what is missing. */
  async #begin(): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>> {
    const { object, limit, signal } = this.#what;
    const headers = this.#have === 0 ? {} : { Range: `bytes=${this.#have}-`, "If-Range": `"${object}"` };
    const call: Call = { method: "GET", path: this.#path, headers, timeout: TIMEOUT, signal };
    const response = await this.#account.send(call);
    // A gateway that sends everything anew would be hashed twice: what came before is not the beginning of this.
    if ((response.status === 206) !== this.#have > 0) throw new Fault("internal", "gateway-answer");
    const total = totalOf(response, this.#have);
    if (BigInt(total) > limit || (this.#total >= 0 && total !== this.#total)) throw mismatch();
    this.#total = total;
    if (response.body === null) throw new Fault("internal", "gateway-answer");
    return response.body.getReader();
  }

  #take(part: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#have += part.length;
    if (this.#have > this.#total) throw mismatch();
    this.#digest.update(part);
    this.#tries = 0;
    this.#what.progress?.(this.#have, this.#total);
    return part;
  }

  async #end(): Promise<undefined> {
    await this.close();
    if (toHex(this.#digest.digest()) !== this.#what.object) throw mismatch();
  }

  /** Waits before another try; throws what does not pass by itself. */
  async #again(thrown: unknown): Promise<void> {
    if (this.#what.signal?.aborted) throw new Fault("unavailable", "stopped");
    const fault = thrown instanceof Fault ? thrown : silent(thrown);
    if (!passes(fault) || ++this.#tries >= MAX_TRIES) throw fault;
    const asked = fault instanceof ProblemFault ? fault.retryAfter : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.max(this.#account.line.pause, asked)));
  }
}

function mismatch(): Fault {
  return new Fault("integrity", "digest-mismatch");
}

/** Rejects when nothing comes for a while. */
function withStall<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Fault("unavailable", "gateway-silent")), STALL);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** An object's size by the headers of an answer that begins at an offset. */
function totalOf(response: Response, from: number): number {
  if (response.status !== 206) return lengthOf(response);
  const match = /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16})$/.exec(response.headers.get("Content-Range") ?? "");
  if (match === null || Number(match[1]) !== from) throw new Fault("internal", "gateway-answer");
  return Number(match[2]);
}

function lengthOf(response: Response): number {
  const text = response.headers.get("Content-Length") ?? "";
  if (!/^\d{1,16}$/.test(text)) throw new Fault("internal", "gateway-answer");
  return Number(text);
}

/** An object's size in bytes. */
export async function sizeOf(account: GatewayAccount, object: string): Promise<number> {
  return lengthOf(await account.send({ method: "HEAD", path: objectPath(object) }));
}

/** The hashes of an object's leaves; an integrity Fault `digest-mismatch` unless their root is the one on chain. */
export async function leavesOf(
  account: GatewayAccount,
  object: string,
  treeRoot: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const raw = await account.bytes({ method: "GET", path: `${objectPath(object)}/leaves` }, MAX_LEAVES);
  if (raw.length % HASH !== 0) throw mismatch();
  const leaves = Array.from({ length: raw.length / HASH }, (_, i) => raw.subarray(i * HASH, (i + 1) * HASH));
  if (!equal(merkleRoot(leaves), treeRoot)) throw mismatch();
  return leaves;
}

/** Bytes `from` to `to` (not included), of whole leaves that were fetched and compared. */
export async function readLeaves(
  account: GatewayAccount,
  object: string,
  leaves: readonly Uint8Array[],
  from: number,
  to: number,
): Promise<Uint8Array> {
  if (!(from >= 0 && from < to && to <= leaves.length * leafSize)) throw new Fault("usage", "bad-range");
  const first = Math.floor(from / leafSize);
  const last = Math.ceil(to / leafSize);
  const begin = first * leafSize;
  const headers = { Range: `bytes=${begin}-${last * leafSize - 1}` };
  const raw = await account.bytes({ method: "GET", path: objectPath(object), headers }, (last - first) * leafSize);
  for (let i = first; i < last; i++) {
    const leaf = raw.subarray((i - first) * leafSize, (i - first + 1) * leafSize);
    const hash = leaves[i];
    if (hash === undefined || !equal(leafHash(leaf), hash)) throw mismatch();
  }
  if (to - begin > raw.length) throw new Fault("usage", "bad-range");
  return concat(raw.subarray(from - begin, to - begin));
}

function objectPath(object: string): string {
  if (!/^[0-9a-f]{64}$/.test(object)) throw new Fault("usage", "bad-id");
  return `/v1/objects/${object}`;
}

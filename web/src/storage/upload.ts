import { toBase64, utf8 } from "../core/bytes";
import { Fault } from "../core/fault";
import { isId } from "../core/ids";
import { ProblemFault } from "../core/problem";
import { passes } from "./call";
import type { GatewayAccount } from "./gateway";

/** What is sent to a gateway. */
export interface Upload {
  /**
   * The whole object. A Blob or File, never bytes in memory: the browser sends a slice of it without copying it through
   * the page, at sixteen times the speed.
   */
  readonly file: Blob;
  /** SHA-256 of it, which is the object's id, in hexadecimal digits. */
  readonly sha256: string;
  /** Told how many bytes the gateway has. */
  readonly progress?: (done: number) => void;
  /** Ends the upload; another call goes on where it stopped, also after a reload. */
  readonly signal?: AbortSignal | undefined;
  /** The clock in milliseconds, by which the size of a part is chosen; the device's if not given. */
  readonly now?: () => number;
}

/** The first part, and the limits between which parts grow and shrink, in bytes. */
const FIRST_PART = 1 << 20;
const LEAST_PART = 256 << 10;
const LARGEST_PART = 8 << 20;
/** A part that took less is followed by a larger one, one that took longer by a smaller one, in milliseconds. */
const QUICK = 2_000;
const SLOW = 8_000;
/** A part may take this long, and the gateway this long to place an object, in milliseconds. */
const PART_TIMEOUT = 120_000;
const PLACE_TIMEOUT = 15 * 60_000;
/** How often an upload is tried again that makes no progress. */
const MAX_TRIES = 6;
const UPLOADS = "/v1/uploads";
const TUS = { "Tus-Resumable": "1.0.0" };

/**
 * Sends an object by tus 1.0 in parts, and resolves when the gateway has checked the digest and placed it. It goes on
 * where an earlier attempt of the account stopped (docs/spec/gateway.md, section 5). A file with another digest is an
 * integrity Fault `digest-mismatch`; the gateway kept nothing.
 */
export async function upload(account: GatewayAccount, what: Upload): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(what.sha256) || what.file.size === 0) throw new Fault("usage", "bad-upload");
  const sending = new Sending(account, what);
  for (let tries = 0; ; tries++) {
    const before = sending.offset;
    try {
      await sending.run();
      return;
    } catch (thrown) {
      if (what.signal?.aborted) throw new Fault("unavailable", "stopped");
      if (!sending.again(thrown)) throw thrown;
      if (sending.offset > before) tries = 0;
      if (tries + 1 >= MAX_TRIES) throw thrown;
      const asked = thrown instanceof ProblemFault ? thrown.retryAfter : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(account.line.pause, asked)));
    }
  }
}

/** One object on its way. */
class Sending {
  offset = 0;
  readonly #account: GatewayAccount;
  readonly #what: Upload;
  readonly #now: () => number;
  #path = "";
  #part = FIRST_PART;

  constructor(account: GatewayAccount, what: Upload) {
    this.#account = account;
    this.#what = what;
    this.#now = what.now ?? Date.now;
  }

  /** Whether an error may pass by itself. An upload that the gateway forgot is begun anew. */
  again(thrown: unknown): boolean {
    if (thrown instanceof ProblemFault && thrown.kind === "not-found") {
      const forgot = this.#path !== "";
      this.#path = "";
      this.offset = 0;
      return forgot;
    }
    if (thrown instanceof ProblemFault && thrown.status === 409) return this.#path !== "";
    return passes(thrown);
  }

  /** Finds the upload and sends what is missing. */
  async run(): Promise<void> {
    if (this.#path === "" && (await this.#create())) return;
    await this.#head();
    this.#report(this.offset);
    while (this.offset < this.#what.file.size) {
      if (this.#what.signal?.aborted) throw new Fault("unavailable", "stopped");
      await this.#send();
    }
  }

  /** Begins the upload, or finds the one under way; true says that there is nothing left to send. */
  async #create(): Promise<boolean> {
    const { file, sha256, signal } = this.#what;
    const size = String(file.size);
    const metadata = `sha256 ${toBase64(utf8(sha256))},size ${toBase64(utf8(size))}`;
    const headers = { ...TUS, "Upload-Length": size, "Volens-Resume": "1", "Upload-Metadata": metadata };
    const response = await this.#account.send({ method: "POST", path: UPLOADS, headers, signal });
    if (response.status === 200 && response.headers.get("Upload-Offset") === size) {
      this.#report(file.size);
      return true;
    }
    const name = /(?:^|\/)v1\/uploads\/([^/]*)$/.exec(response.headers.get("Location") ?? "")?.[1] ?? "";
    if (!isId(name)) throw new Fault("internal", "gateway-answer");
    this.#path = `${UPLOADS}/${name}`;
    return false;
  }

  /** Asks how much the gateway has. */
  async #head(): Promise<void> {
    const { file, signal } = this.#what;
    const call = { method: "HEAD", path: this.#path, headers: TUS, timeout: PLACE_TIMEOUT, signal } as const;
    this.offset = offsetOf(await this.#account.send(call), file.size);
  }

  /** Sends one part. */
  async #send(): Promise<void> {
    const { file, signal } = this.#what;
    const end = Math.min(this.offset + this.#part, file.size);
    const began = this.#now();
    const response = await this.#account.send({
      method: "PATCH",
      path: this.#path,
      headers: { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) },
      body: file.slice(this.offset, end, "application/offset+octet-stream"),
      timeout: PART_TIMEOUT,
      signal,
    });
    if (offsetOf(response, file.size) !== end) throw new Fault("internal", "gateway-answer");
    this.offset = end;
    this.#report(end);
    const took = this.#now() - began;
    if (took < QUICK) this.#part = Math.min(this.#part * 2, LARGEST_PART);
    if (took > SLOW) this.#part = Math.max(this.#part / 2, LEAST_PART);
  }

  #report(done: number): void {
    this.#what.progress?.(done);
  }
}

function offsetOf(response: Response, size: number): number {
  const text = response.headers.get("Upload-Offset") ?? "";
  const offset = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(offset <= size)) throw new Fault("internal", "gateway-answer");
  return offset;
}

import { toBase64 } from "../core/bytes";
import { Fault } from "../core/fault";
import { mustId } from "../core/ids";
import { type Challenge, checkChallenge, loginText } from "../core/login";
import { maxPapers, type Papers, papersBytes, parsePapers } from "../core/papers";
import { ProblemFault } from "../core/problem";
import { type Call, Line, type Reach } from "./call";
import { type Download, download, leavesOf, readLeaves, sizeOf } from "./download";
import { type Upload, upload } from "./upload";

/** What a gateway says of itself. Its recipient is worth nothing before it is compared with the chain. */
export interface GatewayInfo {
  /** The account that signs receipts. */
  readonly address: string;
  /** `age1pq1...`, to which parts of keys are sealed. */
  readonly recipient: string;
  readonly chainId: string;
  readonly origin: string;
  readonly version: string;
  readonly maxObjectBytes: number;
  readonly quotaBytes: number;
  readonly keepSeconds: number;
}

/** Whether a gateway can decide anything: whether its node is at the tip of the chain. */
export interface GatewayHealth {
  readonly height: number;
  readonly logSize: number;
  readonly receiptsRefused: number;
}

/** An account that logs in. */
export interface Login {
  readonly address: string;
  /** Compressed secp256k1 key, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs a text by ADR-036: r and s, 64 bytes. A person may be asked. */
  sign(text: string): Promise<Uint8Array>;
  /** Names who signs, where several can for one address: each logs in by itself. */
  readonly by?: string | undefined;
}

/** How a {@link Gateway} is made. */
export interface GatewayOptions extends Reach {
  /** The live chain id, which logins are bound to: `() => node.chainId()`. */
  readonly chainId: () => Promise<string>;
}

/** An age file around a part of a key is no longer than this. */
const MAX_HALF = 64 << 10;
const TOKEN = /^[A-Za-z0-9_-]{20,256}$/;

/** A storage gateway (docs/spec/gateway.md). Calls that need no account are here; the others are of {@link GatewayAccount}. */
export class Gateway {
  readonly line: Line;
  readonly chainId: () => Promise<string>;
  readonly #accounts = new Map<string, GatewayAccount>();

  constructor(options: GatewayOptions) {
    this.line = new Line(options);
    this.chainId = options.chainId;
  }

  /** Who the gateway is. */
  async info(): Promise<GatewayInfo> {
    const answer = await this.line.json({ method: "GET", path: "/v1/info" });
    const limits = answer.object("limits");
    return {
      address: answer.text("address"),
      recipient: answer.text("recipient"),
      chainId: answer.text("chain_id"),
      origin: answer.text("origin"),
      version: answer.text("version", ""),
      maxObjectBytes: limits.number("max_object_bytes"),
      quotaBytes: limits.number("quota_bytes"),
      keepSeconds: limits.number("keep_seconds"),
    };
  }

  /** How the gateway is. `unavailable` with `stale-node` while its node is not at the tip of the chain. */
  async health(): Promise<GatewayHealth> {
    const answer = await this.line.json({ method: "GET", path: "/healthz" });
    return {
      height: answer.number("height"),
      logSize: answer.number("log_size", 0),
      receiptsRefused: answer.number("receipts_refused", 0),
    };
  }

  /**
   * The papers of a request, which the gateway may have from another. Nothing of them is true before `verifyPapers`. No
   * account is told who reads.
   */
  async papers(requestId: string): Promise<Papers> {
    const call = { method: "GET", path: `/v1/requests/${mustId(requestId)}/papers` } as const;
    return parsePapers(await this.line.bytes(call, maxPapers));
  }

  /** The calls of one account. It logs in by itself when it must, and keeps its token in memory. */
  as(login: Login): GatewayAccount {
    const name = `${login.address} ${login.by ?? ""}`;
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const made = new GatewayAccount(this, login);
    this.#accounts.set(name, made);
    return made;
  }

  /** Forgets all tokens: when the wallet locks. */
  forget(): void {
    for (const account of this.#accounts.values()) account.forget();
    this.#accounts.clear();
  }
}

/** One account at a gateway. Make one with {@link Gateway.as}. */
export class GatewayAccount {
  readonly #gateway: Gateway;
  readonly #login: Login;
  #token: Promise<string> | undefined;

  constructor(gateway: Gateway, login: Login) {
    this.#gateway = gateway;
    this.#login = login;
  }

  /** Forgets the token. */
  forget(): void {
    this.#token = undefined;
  }

  /** Makes sure that the account is logged in; the other calls do so by themselves. */
  async login(): Promise<void> {
    await this.#authorise();
  }

  /** Sends a call with the account's token, and once more with a new one when that has expired. */
  async send(call: Call): Promise<Response> {
    return this.#with((token) => this.#gateway.line.send({ ...call, token }));
  }

  /** As {@link send}, and reads the whole answer of `limit` bytes at most. */
  async bytes(call: Call, limit: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#with((token) => this.#gateway.line.bytes({ ...call, token }, limit));
  }

  /** Where the gateway is, and how long to wait between two tries. */
  get line(): Line {
    return this.#gateway.line;
  }

  /** Sends an object; resolves when the gateway has checked its digest and placed it. See {@link upload}. */
  upload(what: Upload): Promise<void> {
    return upload(this, what);
  }

  /** Hands over the gateway's part of a dataset's key: an age file to the gateway's recipient. Doing so again is harmless. */
  async putHalf(datasetId: string, sealed: Uint8Array): Promise<void> {
    const body = new Blob([Uint8Array.from(sealed)], { type: "application/octet-stream" });
    await this.send({ method: "PUT", path: `/v1/datasets/${mustId(datasetId)}/half`, body });
  }

  /** Hands over the papers of an own request, for whoever is asked to read. Doing so again is harmless. */
  async putPapers(requestId: string, papers: Papers): Promise<void> {
    const body = new Blob([papersBytes(papers)], { type: "application/json" });
    await this.send({ method: "PUT", path: `/v1/requests/${mustId(requestId)}/papers`, body });
  }

  /**
   * The part that goes with a released seat of a request, or with seat 0 of an inspection: an age file to the delivery key
   * that was fixed on chain.
   */
  getHalf(requestId: string, seat: bigint): Promise<Uint8Array<ArrayBuffer>> {
    return this.bytes({ method: "POST", path: `/v1/requests/${mustId(requestId)}/seats/${seat}/half` }, MAX_HALF);
  }

  /** An object as a stream. See {@link download}. */
  object(what: Download): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return download(this, what);
  }

  /** An object's size in bytes, by the gateway's word. */
  size(object: string): Promise<number> {
    return sizeOf(this, object);
  }

  /** The hashes of an object's 1 MiB leaves, checked against the root that stands on chain. */
  leaves(object: string, treeRoot: Uint8Array): Promise<readonly Uint8Array[]> {
    return leavesOf(this, object, treeRoot);
  }

  /** Bytes `from` to `to` (not included) of an object, checked against its leaves. */
  read(object: string, leaves: readonly Uint8Array[], from: number, to: number): Promise<Uint8Array> {
    return readLeaves(this, object, leaves, from, to);
  }

  /**
   * Asks the gateway to pay the fees of this account's messages as a patient; resolves to the address that pays. It also
   * brings an account into being that the chain does not know. Asking again is harmless.
   */
  async sponsorship(): Promise<string> {
    const answer = await this.#with((token) =>
      this.#gateway.line.json({ method: "POST", path: "/v1/sponsorship", token }),
    );
    return answer.text("granter");
  }

  async #with<T>(work: (token: string) => Promise<T>): Promise<T> {
    const stale = this.#authorise();
    try {
      return await work(await stale);
    } catch (thrown) {
      if (!(thrown instanceof ProblemFault) || thrown.status !== 401) throw thrown;
      if (this.#token === stale) this.#token = undefined;
      return work(await this.#authorise());
    }
  }

  /** The token, or the login that is under way: several calls ask a person once. */
  #authorise(): Promise<string> {
    if (this.#token === undefined) {
      const made = this.#authenticate();
      this.#token = made;
      made.catch(() => {
        if (this.#token === made) this.#token = undefined;
      });
    }
    return this.#token;
  }

  async #authenticate(): Promise<string> {
    const { line, chainId } = this.#gateway;
    const { address, publicKey } = this.#login;
    const told = await line.json({ method: "POST", path: "/v1/challenge", body: { address } });
    const challenge: Challenge = {
      origin: told.text("origin"),
      chain_id: told.text("chain_id"),
      address: told.text("address"),
      nonce: told.text("nonce"),
      expires: told.text("expires"),
    };
    checkChallenge(challenge, { origin: line.origin, chainId: await chainId(), address });
    const signature = await this.#login.sign(loginText(challenge));
    const body = { ...challenge, public_key: toBase64(publicKey), signature: toBase64(signature) };
    const token = (await line.json({ method: "POST", path: "/v1/login", body })).text("token");
    if (!TOKEN.test(token)) throw new Fault("internal", "gateway-answer");
    return token;
  }
}

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toHex } from "../core/bytes";

// Helpers of tests; no other file imports this one.

/** A gateway in memory that can be broken: for what a real one does only when it fails or lies. */
export class Depot {
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly leaves = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly uploads = new Map<string, { sha256: string; size: number; bytes: Uint8Array<ArrayBuffer> }>();
  readonly halves = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly tokens = new Set<string>();
  readonly ranges: string[] = [];
  /** How many parts came. */
  patches = 0;
  /** Fields of a challenge that are not what was asked for. */
  challenge: object = {};
  /** Connections break after so many bytes. */
  cut = Number.POSITIVE_INFINITY;
  /** False to ignore ranges. */
  ranged = true;
  /** Answers in the place of the gateway. */
  sabotage: ((path: string, method: string) => Response | undefined) | undefined;
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    return this.sabotage?.(pathname, request.method) ?? this.#answer(request, pathname);
  };

  problem(status: number, code: string): Response {
    const headers = { "Content-Type": "application/problem+json", "X-Request-Id": "52fdfc07" };
    return new Response(JSON.stringify({ type: `urn:volens:problem:${code}`, status }), { status, headers });
  }

  async #answer(request: Request, path: string): Promise<Response> {
    const open = await this.#open(request, path);
    if (open !== undefined) return open;
    const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    if (!this.tokens.has(token)) return this.problem(401, "unauthorized");
    if (path === "/v1/sponsorship") return Response.json({ granter: "volens1payer" });
    if (path.startsWith("/v1/uploads")) return this.#tus(request, path);
    if (path.startsWith("/v1/objects/")) return this.#object(request, path);
    const half = path.match(/[0-9a-f]{32}/)?.[0] ?? "";
    if (request.method === "POST") return new Response(this.halves.get(half) ?? null);
    this.halves.set(half, new Uint8Array(await request.arrayBuffer()));
    return new Response(null, { status: 204 });
  }

  async #open(request: Request, path: string): Promise<Response | undefined> {
    switch (path) {
      case "/v1/info":
        return Response.json({
          address: "volens1gateway",
          recipient: "age1pq1x",
          chain_id: "volens-1",
          origin: this.#origin,
          limits: { max_object_bytes: 7, quota_bytes: 8, keep_seconds: 9 },
        });
      case "/healthz":
        return Response.json({ ok: true, height: 700, log_size: 3, receipts_refused: 0 });
      case "/v1/challenge": {
        const { address } = await request.json();
        const challenge = { origin: this.#origin, chain_id: "volens-1", address, nonce: "0a".repeat(48) };
        return Response.json({ ...challenge, expires: "2026-01-02T03:04:05Z", ...this.challenge });
      }
      case "/v1/login": {
        const token = `token-of-many-characters-${this.tokens.size}`;
        this.tokens.add(token);
        return Response.json({ token });
      }
      default:
        return undefined;
    }
  }

  async #tus(request: Request, path: string): Promise<Response> {
    if (request.method === "POST") return this.#create(request);
    const upload = this.uploads.get(path.slice(-32));
    if (upload === undefined) return this.problem(404, "not-found");
    if (request.method === "PATCH") {
      this.patches++;
      if (request.headers.get("Upload-Offset") !== `${upload.bytes.length}`) return this.problem(409, "conflict");
      upload.bytes = concat(upload.bytes, new Uint8Array(await request.arrayBuffer()));
      if (upload.bytes.length === upload.size) {
        if (toHex(sha256(upload.bytes)) !== upload.sha256) return this.problem(422, "digest-mismatch");
        this.objects.set(upload.sha256, upload.bytes);
      }
    }
    const headers = { "Upload-Offset": `${upload.bytes.length}`, "Upload-Length": `${upload.size}` };
    return new Response(null, { status: 204, headers });
  }

  #create(request: Request): Response {
    const digest = atob(/sha256 (\S+?)(?:,|$)/.exec(request.headers.get("Upload-Metadata") ?? "")?.[1] ?? "");
    const size = Number(request.headers.get("Upload-Length"));
    if (this.objects.has(digest)) return new Response(null, { status: 200, headers: { "Upload-Offset": `${size}` } });
    const known = [...this.uploads].find(([, upload]) => upload.sha256 === digest)?.[0];
    const name = known ?? `${this.uploads.size}`.padStart(32, "0");
    if (known === undefined) this.uploads.set(name, { sha256: digest, size, bytes: new Uint8Array() });
    return new Response(null, { status: known ? 200 : 201, headers: { Location: `/v1/uploads/${name}` } });
  }

  #object(request: Request, path: string): Response {
    const id = path.match(/[0-9a-f]{64}/)?.[0] ?? "";
    if (path.endsWith("/leaves")) return new Response(this.leaves.get(id) ?? null);
    const bytes = this.objects.get(id) ?? new Uint8Array();
    const length = { "Content-Length": `${bytes.length}` };
    if (request.method === "HEAD") return new Response(null, { headers: length });
    const range = this.ranged ? request.headers.get("Range") : null;
    if (range === null) return new Response(this.#cutting(bytes), { headers: length });
    this.ranges.push(range);
    const [, first = "0", last = ""] = /bytes=(\d+)-(\d*)/.exec(range) ?? [];
    const part = bytes.subarray(Number(first), last === "" ? bytes.length : Number(last) + 1);
    const headers = { "Content-Range": `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}` };
    return new Response(this.#cutting(part), { status: 206, headers });
  }

  /** A body that breaks off. */
  #cutting(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream({
      pull: (controller) => {
        const end = Math.min(at + 100_000, bytes.length, this.cut);
        if (end > at) controller.enqueue(bytes.slice(at, end));
        at = end;
        if (at === bytes.length) controller.close();
        else if (at >= this.cut) controller.error(new TypeError("network"));
      },
    });
  }
}

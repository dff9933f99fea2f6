import { Fault } from "../../core/fault";
import type { Peer } from "./peer";
import { Client, type Handler, type Notify, serve } from "./rpc";

/** How long the sealer stays after its last work, in milliseconds: it holds the memory of the de-identification. */
const linger = 20_000;

/** What the sealer may ask of the vault, each for one file. */
const asked: readonly (keyof Peer)[] = [
  "pseudonymKey",
  "patientRecipient",
  "facets",
  "unwrapOwn",
  "unwrapReleased",
  "facetsOf",
];

/** Runs the sealer for the vault: starts it when there is work, one piece after the other, and ends it afterwards. */
export class SealerHost {
  readonly #start: () => Worker;
  readonly #peer: () => Peer;
  #running: { readonly worker: Worker; readonly client: Client } | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #leave: ReturnType<typeof setTimeout> | undefined;

  /** `peer` throws when the vault is locked. */
  constructor(start: () => Worker, peer: () => Peer) {
    this.#start = start;
    this.#peer = peer;
  }

  /** Has the sealer do something, when what was asked before is done. */
  call<T>(method: string, args: readonly unknown[], watch: Notify): Promise<T> {
    const work = this.#queue.then(() => this.#call<T>(method, args, watch));
    this.#queue = work.catch(() => {});
    return work;
  }

  /** Ends the sealer, and with this fault whatever it was doing. */
  end(fault: Fault): void {
    clearTimeout(this.#leave);
    this.#running?.worker.terminate();
    this.#running?.client.end(fault);
    this.#running = undefined;
  }

  async #call<T>(method: string, args: readonly unknown[], watch: Notify): Promise<T> {
    this.#peer(); // Locked meanwhile: nothing begins.
    clearTimeout(this.#leave);
    this.#running ??= this.#begin();
    try {
      return await this.#running.client.call<T>(method, args, { watch });
    } finally {
      this.#leave = setTimeout(() => this.end(new Fault("internal", "sealer-ended")), linger);
    }
  }

  #begin() {
    const worker = this.#start();
    const { port1, port2 } = new MessageChannel();
    serve(port1, (method) => this.#answer(method));
    worker.postMessage({ vault: port2 }, [port2]);
    worker.addEventListener("error", (event) => {
      event.preventDefault(); // Its words may tell of the file.
      this.end(new Fault("internal", "sealer-crashed"));
    });
    return { worker, client: new Client(worker) };
  }

  #answer(method: string): Handler | undefined {
    if (!(asked as readonly string[]).includes(method)) return undefined;
    return (args) => {
      const peer = this.#peer();
      const handler = peer[method as keyof Peer] as (...args: readonly unknown[]) => unknown;
      return handler.apply(peer, [...args]);
    };
  }
}

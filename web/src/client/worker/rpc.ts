import { asFault, Fault, type PlainFault } from "../../core/fault";

// Calls across a MessagePort: between the page and the vault, the page and the sealer, and these two. Arguments and
// results are structured clones; a Fault keeps its kind, code and reasons, and nothing of its cause crosses.

/** One end of a channel: a MessagePort, a Worker, or the scope of one. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** The methods of a service. Each may take a watcher as its last argument's place: see {@link Client.call}. */
export type Api = Record<string, (...args: never[]) => unknown>;

/** Tells the caller of a call how far it is. */
export type Notify = (news: unknown) => void;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: PlainFault }
  | { readonly id: number; readonly news: unknown }
  | { readonly event: unknown };

/** A result whose buffers are handed over instead of copied. */
export class Moved<T> {
  readonly value: T;
  readonly transfer: Transferable[];

  constructor(value: T, transfer: Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** What handlers of a service are: they get the arguments and a function that tells how far they are. */
export type Handler = (args: readonly unknown[], notify: Notify) => unknown;

/** Answers calls on a port. Gives the function that sends an event to the other end. */
export function serve(port: Port, handle: (method: string) => Handler | undefined): (event: unknown) => void {
  const answer = async ({ id, method, args }: Call) => {
    try {
      const handler = handle(method);
      if (handler === undefined) throw new Fault("internal", "no-method");
      const result = await handler(args, (news) => port.postMessage({ id, news } satisfies Reply, []));
      const [value, transfer] = result instanceof Moved ? [result.value, result.transfer] : [result, []];
      port.postMessage({ id, value } satisfies Reply, transfer);
    } catch (thrown) {
      port.postMessage({ id, fault: asFault(thrown).plain() } satisfies Reply, []);
    }
  };
  port.addEventListener("message", (event: MessageEvent<Call>) => void answer(event.data));
  port.start?.();
  return (event) => port.postMessage({ event } satisfies Reply, []);
}

/** The calling end of a port. */
export class Client {
  readonly #port: Port;
  readonly #waiting = new Map<number, { settle: (reply: Reply) => void; watch?: Notify | undefined }>();
  #next = 0;
  #ended: Fault | undefined;

  constructor(port: Port, onEvent?: (event: unknown) => void) {
    this.#port = port;
    port.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if ("event" in data) onEvent?.(data.event);
      else if ("news" in data) this.#waiting.get(data.id)?.watch?.(data.news);
      else this.#waiting.get(data.id)?.settle(data);
    });
    port.start?.();
  }

  /** Calls a method. `transfer` is handed over and gone here; `watch` is told how far the call is. */
  call<T>(method: string, args: readonly unknown[], options: { transfer?: Transferable[]; watch?: Notify } = {}) {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = this.#next++;
      const settle = (reply: Reply) => {
        this.#waiting.delete(id);
        if ("value" in reply) resolve(reply.value as T);
        else if ("fault" in reply) reject(Fault.from(reply.fault));
      };
      this.#waiting.set(id, { settle, watch: options.watch });
      this.#port.postMessage({ id, method, args } satisfies Call, options.transfer ?? []);
    });
  }

  /** Ends all calls that wait, and refuses new ones: the other side is gone. */
  end(fault: Fault): void {
    this.#ended = fault;
    for (const [id, { settle }] of this.#waiting) settle({ id, fault: fault.plain() });
  }
}

import { asFault, Fault, type PlainFault } from "../../core/fault";

// Calls across a MessagePort: between the page and the vault, the page and the sealer, and these two. Arguments and
// results are structured clones; a Fault keeps its kind, code and reasons, and nothing of its cause crosses.

/** One end of a channel: a MessagePort, a Worker, or the scope of one. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  start?(): void;
}

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

/** What handlers of a service are: they get the arguments and a function that tells how far they are. */
export type Handler = (args: readonly unknown[], notify: Notify) => unknown;

/** Answers calls on a port. Gives the function that sends an event to the other end. */
export function serve(port: Port, handle: (method: string) => Handler | undefined): (event: unknown) => void {
  const answer = async ({ id, method, args }: Call) => {
    try {
      const handler = handle(method);
      if (handler === undefined) throw new Fault("internal", "no-method");
      const value = await handler(args, (news) => port.postMessage({ id, news } satisfies Reply, []));
      port.postMessage({ id, value } satisfies Reply, []);
    } catch (thrown) {
      port.postMessage({ id, fault: asFault(thrown).plain() } satisfies Reply, []);
    }
  };
  port.addEventListener("message", ({ data }: MessageEvent<Call>) => {
    if (data.method !== undefined) void answer(data);
  });
  port.start?.();
  return (event) => port.postMessage({ event } satisfies Reply, []);
}

/** How a call is made. */
export interface CallOptions {
  readonly transfer?: readonly Transferable[];
  readonly watch?: Notify | undefined;
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

  /**
   * Calls a method. Streams among the arguments, and what stands in `transfer`, are handed over and gone here; `watch` is
   * told how far the call is.
   */
  call<T>(method: string, args: readonly unknown[], options: CallOptions = {}): Promise<T> {
    const streams = args.filter((arg) => arg instanceof ReadableStream);
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = this.#next++;
      const settle = (reply: Reply) => {
        this.#waiting.delete(id);
        if ("value" in reply) resolve(reply.value as T);
        else if ("fault" in reply) reject(Fault.from(reply.fault));
      };
      this.#waiting.set(id, { settle, watch: options.watch });
      this.#port.postMessage({ id, method, args } satisfies Call, [...streams, ...(options.transfer ?? [])]);
    });
  }

  /** Ends all calls that wait, and refuses new ones: the other side is gone. */
  end(fault: Fault): void {
    this.#ended = fault;
    for (const [id, { settle }] of this.#waiting) settle({ id, fault: fault.plain() });
  }
}

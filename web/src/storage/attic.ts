import { Fault } from "../core/fault";

/** A file that is being written. */
export interface AtticWriter {
  /** Appends bytes; resolves when the file has taken them. */
  write(part: Uint8Array): Promise<void>;
  /** Ends the file: it is there under its name, whole, only now. */
  close(): Promise<Blob>;
  /** Throws away what was written. */
  abort(): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/**
 * Sealed files that this device keeps until a gateway has them, in the origin's private file system. The browser streams
 * a Blob from there without holding it in memory. Only sealed bytes belong here.
 *
 * Faults: `device-storage` (unavailable) when the browser keeps nothing, in a private window for example, and `device-full`
 * (refused) when there is no room.
 */
export class Attic {
  readonly #folder: string;

  /** A folder of the origin's private file system. */
  constructor(folder = "sealed") {
    this.#folder = folder;
  }

  /** Begins a file, in place of one with the same name. */
  async create(name: string): Promise<AtticWriter> {
    try {
      const handle = await (await this.#open()).getFileHandle(valid(name), { create: true });
      const stream = await handle.createWritable();
      return {
        write: (part) => stream.write(Uint8Array.from(part)).catch(raise),
        close: async () => {
          await stream.close().catch(raise);
          return handle.getFile().catch(raise);
        },
        abort: () => stream.abort().catch(raise),
      };
    } catch (thrown) {
      return raise(thrown);
    }
  }

  /** A file that was closed; undefined if there is none. */
  async get(name: string): Promise<Blob | undefined> {
    try {
      return await (await (await this.#open()).getFileHandle(valid(name))).getFile();
    } catch (thrown) {
      return isMissing(thrown) ? undefined : raise(thrown);
    }
  }

  /** The names of all files, sorted. */
  async names(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const name of (await this.#open()).keys()) names.push(name);
    } catch (thrown) {
      raise(thrown);
    }
    return names.sort();
  }

  /** Removes a file, if it is there. */
  async drop(name: string): Promise<void> {
    try {
      await (await this.#open()).removeEntry(valid(name));
    } catch (thrown) {
      if (!isMissing(thrown)) raise(thrown);
    }
  }

  /** How many bytes the origin may still keep, by the browser's estimate; undefined where it tells none. */
  async room(): Promise<number | undefined> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined ? undefined : quota - usage;
  }

  /** Asks the browser not to throw the origin's files away by itself. False if it does not promise it. */
  async keep(): Promise<boolean> {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  }

  async #open(): Promise<FileSystemDirectoryHandle & { keys(): AsyncIterable<string> }> {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(this.#folder, { create: true });
    return folder as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };
  }
}

function valid(name: string): string {
  if (!NAME.test(name)) throw new Fault("usage", "bad-id");
  return name;
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "NotFoundError";
}

function raise(thrown: unknown): never {
  if (thrown instanceof Fault) throw thrown;
  if (thrown instanceof DOMException && thrown.name === "QuotaExceededError") {
    throw new Fault("refused", "device-full", { cause: thrown });
  }
  throw new Fault("unavailable", "device-storage", { cause: thrown });
}

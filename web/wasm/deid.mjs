// Loads the de-identification library and gives it the shape that the web app calls. Use it in a Web Worker: a call
// computes on the thread that it is made on. wasm_exec.js of the same Go must have run before (it sets globalThis.Go).

/** What every failed call throws. `code` is stable; no text holds a value of a file. `cause` is an error of onChunk. */
export class DeidError extends Error {
  constructor({ code, message, count = 0 }, options) {
    super(message, options);
    this.name = "DeidError";
    this.code = code;
    this.count = count;
  }
}

const ended = { code: "internal", message: "the module has ended; start a new worker" };

/** Starts the library. `wasm` is a WebAssembly.Module, the bytes of one, or a Response. */
export async function load(wasm) {
  const go = new globalThis.Go();
  const instance = await instantiate(await wasm, go.importObject);
  const library = new Library();
  go.run(instance).then(
    () => library.end(),
    () => library.end(),
  );
  library.raw = globalThis.volensDeid;
  library.memory = () => instance.exports.mem.buffer.byteLength;
  delete globalThis.volensDeid;
  return library;
}

async function instantiate(wasm, imports) {
  if (wasm instanceof WebAssembly.Module) return WebAssembly.instantiate(wasm, imports);
  if (typeof Response !== "undefined" && wasm instanceof Response) {
    return (await WebAssembly.instantiateStreaming(wasm, imports)).instance;
  }
  return (await WebAssembly.instantiate(wasm, imports)).instance;
}

class Library {
  raw;
  /** How many bytes the module holds. It never gives any back: end the worker for that. */
  memory;
  #waiting = new Set();
  #ended = false;

  /** The version that reports name. */
  get version() {
    return this.raw.version;
  }

  /**
   * Begins a dataset. Options: profile (safe-harbor-strict if not given), key (Uint8Array, for profiles that need one;
   * it is overwritten), scope (the dataset's id, 16 bytes), sample, allSamples, pixelsReviewed, year.
   */
  async open(options = {}) {
    const handle = await this.call("open", { year: new Date().getFullYear(), ...options });
    return new Dataset(this, handle);
  }

  /**
   * Checks a payload again: write it to the stream; close() gives { ok, profile, report_sha256, files, facets }. The report
   * must reckon ages against this year or the last; 0 for the year looks at one of any year.
   */
  async verify(report, year = new Date().getFullYear()) {
    return new Stream(this, await this.call("verify", report, year));
  }

  /** Calls a function of the module. A module that has ended settles nothing, so its end is watched. */
  call(name, ...args) {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw new DeidError(ended);
      this.#waiting.add(reject);
      const settled = () => this.#waiting.delete(reject);
      let result;
      try {
        result = this.raw[name](...args);
      } catch {
        this.end();
        return;
      }
      result.then(
        (value) => (settled(), resolve(value)),
        (fault) => (settled(), reject(new DeidError(fault))),
      );
    });
  }

  end() {
    this.#ended = true;
    for (const reject of this.#waiting) reject(new DeidError(ended));
    this.#waiting.clear();
  }
}

class Dataset {
  constructor(library, handle) {
    Object.assign(this, { library, handle });
  }

  /** Begins a file. onChunk(Uint8Array) is given the output; the next chunk waits for the promise that it returns. */
  async file({ size = 0, onChunk }) {
    return Stream.into(onChunk, (take) => this.library.call("file", this.handle, size, take), this.library);
  }

  /** Begins the archive of several files: write the payload's files one after the other, in their order. */
  async archive({ onChunk }) {
    return Stream.into(onChunk, (take) => this.library.call("archive", this.handle, take), this.library);
  }

  /** The report on the files so far, in canonical form, as bytes. */
  report() {
    return this.library.call("report", this.handle);
  }

  /** The coded values that the files so far show: [{ code, value }]. */
  facets() {
    return this.library.call("facets", this.handle);
  }

  /** Aborts what runs and overwrites the key. */
  close() {
    return this.library.call("forget", this.handle);
  }
}

class Stream {
  constructor(library, handle, failure = {}) {
    Object.assign(this, { library, handle, failure });
  }

  static async into(onChunk, begin, library) {
    if (typeof onChunk !== "function") throw new DeidError({ code: "usage", message: "onChunk is no function" });
    const failure = {};
    const take = async (chunk) => {
      try {
        await onChunk(chunk);
      } catch (error) {
        failure.cause = error;
        throw error;
      }
    };
    return new Stream(library, await begin(take), failure);
  }

  /** Hands a Uint8Array over. Wait for it before the next call, and leave the array alone until then. */
  write(bytes) {
    return this.#call("write", bytes);
  }

  /** Ends the input and gives the result. */
  close() {
    return this.#call("close");
  }

  /** Ends the run at any time. Calls that wait throw with the code "aborted". */
  abort() {
    return this.#call("abort");
  }

  async #call(name, ...args) {
    try {
      return await this.library.call(name, this.handle, ...args);
    } catch (error) {
      if (error.code === "output_failed" && "cause" in this.failure) error.cause = this.failure.cause;
      throw error;
    }
  }
}

/** Writes a source to a stream and closes it: a Blob, a Uint8Array, or anything that is iterated by Uint8Arrays. */
export async function feed(stream, source) {
  const pieces = source instanceof Uint8Array ? [source] : source instanceof Blob ? blob(source) : source;
  try {
    for await (const piece of pieces) await stream.write(piece);
    return await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {}); // it may have ended; the first error is the one to tell
    throw error;
  }
}

// Not every browser iterates over a stream.
async function* blob(source) {
  const reader = source.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

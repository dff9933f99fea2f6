import { Attic } from "./attic";

/** A file that is being written. */
export interface SpoolFile {
  /** Appends bytes, which may be written over after the promise. Faults are those of Attic. */
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Ends the file and gives it. */
  finish(): Promise<Blob>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Large files of this origin, which hold nothing but ciphertext. */
export interface Spool {
  /** Whether files survive a reload. */
  readonly durable: boolean;
  /** Begins a file; one of the same name is replaced. */
  create(name: string): Promise<SpoolFile>;
  /** A whole file, or nothing. */
  open(name: string): Promise<Blob | undefined>;
  remove(name: string): Promise<void>;
  /** Removes every file but those named. */
  keep(names: readonly string[]): Promise<void>;
}

const pieceSize = 8 << 20;

/** The spool of this origin: its private file system, or memory where the browser has none (private windows, for one). */
export async function openSpool(): Promise<Spool> {
  const attic = new Attic();
  try {
    await attic.names();
    return diskSpool(attic);
  } catch {
    return memorySpool();
  }
}

function diskSpool(attic: Attic): Spool {
  return {
    durable: true,
    create: async (name) => {
      const file = await attic.create(name);
      return { write: (chunk) => file.write(chunk), finish: () => file.close(), discard: () => file.abort() };
    },
    open: (name) => attic.get(name),
    remove: (name) => attic.drop(name),
    keep: async (names) => {
      for (const name of await attic.names()) if (!names.includes(name)) await attic.drop(name);
    },
  };
}

/** A spool in memory, cut into Blobs that the browser may put onto its own disk. */
export function memorySpool(): Spool {
  const files = new Map<string, Blob>();
  return {
    durable: false,
    create: async (name) => {
      const gathered = gather();
      return {
        write: async (chunk) => gathered.add(chunk),
        finish: async () => {
          const file = gathered.blob();
          files.set(name, file);
          return file;
        },
        discard: async () => {},
      };
    },
    open: async (name) => files.get(name),
    remove: async (name) => void files.delete(name),
    keep: async (names) => {
      for (const name of files.keys()) if (!names.includes(name)) files.delete(name);
    },
  };
}

/** Gathers bytes into Blobs of 8 MiB, and these into one. */
export function gather(): { add(chunk: Uint8Array<ArrayBuffer>): void; blob(): Blob } {
  const pieces: Blob[] = [];
  let loose: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const flush = () => {
    if (size > 0) pieces.push(new Blob(loose));
    loose = [];
    size = 0;
  };
  return {
    add: (chunk) => {
      loose.push(chunk.slice());
      size += chunk.length;
      if (size >= pieceSize) flush();
    },
    blob: () => {
      flush();
      return new Blob(pieces);
    },
  };
}

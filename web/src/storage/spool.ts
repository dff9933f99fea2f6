import { Fault } from "../core/fault";

/** A file that is being written. */
export interface SpoolFile {
  /** Appends bytes, which may be written over after the promise. Throws an unavailable Fault `no-space`. */
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

const folder = "spool";
const pieceSize = 8 << 20;

/**
 * The spool of this origin: its private file system, or memory where the browser has none (private windows, for one).
 * For a dedicated worker: only there files are written synchronously.
 */
export async function openSpool(): Promise<Spool> {
  try {
    const root = await navigator.storage.getDirectory();
    return diskSpool(await root.getDirectoryHandle(folder, { create: true }));
  } catch {
    return memorySpool();
  }
}

function diskSpool(directory: FileSystemDirectoryHandle): Spool {
  return {
    durable: true,
    create: async (name) => diskFile(directory, name),
    open: async (name) => {
      try {
        return await (await directory.getFileHandle(name)).getFile();
      } catch {
        return undefined;
      }
    },
    remove: (name) => removeFrom(directory, name),
    keep: async (names) => {
      for await (const name of directory.keys()) if (!names.includes(name)) await removeFrom(directory, name);
    },
  };
}

async function removeFrom(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  // It may be gone, or another tab writes it: neither is worth an error.
  await directory.removeEntry(name).catch(() => {});
}

async function diskFile(directory: FileSystemDirectoryHandle, name: string): Promise<SpoolFile> {
  const handle = await directory.getFileHandle(name, { create: true });
  const access = await handle.createSyncAccessHandle();
  access.truncate(0);
  let at = 0;
  return {
    write: async (chunk) => {
      try {
        if (access.write(chunk, { at }) !== chunk.length) throw new Fault("unavailable", "no-space");
      } catch (cause) {
        throw new Fault("unavailable", "no-space", { cause });
      }
      at += chunk.length;
    },
    finish: async () => {
      access.flush();
      access.close();
      return handle.getFile();
    },
    discard: async () => {
      access.close();
      await removeFrom(directory, name);
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

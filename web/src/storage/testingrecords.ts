import type { Records } from "./records";

// Helpers of tests; no other file imports this one.

/** Records in memory: what the tests have in the place of a browser's database. */
export function memoryRecords(): Records & { readonly all: Map<string, Uint8Array<ArrayBuffer>> } {
  const all = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    all,
    get: async (name) => all.get(name)?.slice(),
    put: async (name, value) => void all.set(name, Uint8Array.from(value)),
    delete: async (name) => void all.delete(name),
    names: async (prefix) => [...all.keys()].filter((name) => name.startsWith(prefix)).sort(),
    clear: async () => all.clear(),
  };
}

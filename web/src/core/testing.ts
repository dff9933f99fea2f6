import type { Bytes } from "./bytes";
import { Fault } from "./fault";

// Helpers of tests; no other file imports this one.

/** The code of the Fault that a call throws, `no fault` if it throws none. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (thrown) {
    return faultOf(thrown);
  }
  return "no fault";
}

/** As codeOf, for a promise. */
export async function codeOfAsync(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (thrown) {
    return faultOf(thrown);
  }
  return "no fault";
}

/** The bytes with the lowest bit of one byte turned. */
export function turned(bytes: Uint8Array, at: number): Bytes {
  const out = Uint8Array.from(bytes);
  out[at] = (out[at] ?? 0) ^ 1;
  return out;
}

function faultOf(thrown: unknown): string {
  if (thrown instanceof Fault) return thrown.code;
  throw thrown;
}

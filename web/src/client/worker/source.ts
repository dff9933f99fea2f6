import type { Progress } from "../sealer";

/** Tells how far a pass is. */
export type Tell = (progress: Progress) => void;

/** How many bytes pass between two notices. */
const notice = 1 << 20;

/** Gives the bytes of a source to `take`, one piece after the other, and tells how far it is. */
export async function pour(
  source: Blob | ReadableStream<Uint8Array>,
  take: (piece: Uint8Array) => Promise<void>,
  told: { readonly step: Progress["step"]; readonly tell: Tell; readonly before?: number; readonly total?: number },
): Promise<void> {
  const before = told.before ?? 0;
  const total = told.total ?? (source instanceof Blob ? source.size : 0);
  const reader = (source instanceof Blob ? source.stream() : source).getReader();
  let [done, last] = [0, 0];
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) break;
      await take(next.value);
      done += next.value.length;
      if (done - last < notice) continue;
      last = done;
      told.tell({ step: told.step, done: before + done, total });
    }
    told.tell({ step: told.step, done: before + done, total });
  } catch (thrown) {
    await reader.cancel().catch(() => {}); // The first error is the one to tell.
    throw thrown;
  } finally {
    reader.releaseLock();
  }
}

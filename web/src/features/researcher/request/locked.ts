/**
 * The text that says what is safe when a submission stopped after its money was locked, by the code of the fault. It promises
 * no way on when the words are gone: without them the person decides.
 */
export function lockedText(code: string): "send.locked" | "send.lockedWordless" {
  return code === "papers-lost" ? "send.lockedWordless" : "send.locked";
}

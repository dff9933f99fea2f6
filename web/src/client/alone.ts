/** Work that must not run twice at once. */

const last = new Map<string, Promise<unknown>>();

/**
 * Does work when all work of the same name that was asked for before has ended, well or not: in every tab and worker of this
 * origin where the browser has locks (Web Locks API), else in this one. Work must not ask for its own name.
 */
export function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (typeof navigator === "object" && "locks" in navigator) return navigator.locks.request(name, work);
  const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
  last.set(name, turn);
  return turn;
}

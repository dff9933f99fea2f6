import { deliver, type IngestProgress } from "../../../client/ingest";
import type { Person } from "../../../client/person";
import type { Sealed } from "../../../client/sealer";
import { asFault, type Fault } from "../../../core/fault";

/** A sealed file on its way; it goes on while the person looks at other screens. */
export interface Delivery {
  readonly sealed: Sealed;
  readonly progress: IngestProgress;
  readonly state: "running" | "done" | "failed";
  readonly fault?: Fault;
}

let all: readonly Delivery[] = [];
const stops = new Map<string, AbortController>();
const listeners = new Set<() => void>();

/** All deliveries since the page was loaded. The same list until something changes. */
export function deliveries(): readonly Delivery[] {
  return all;
}

/** Calls back after every change; gives the function that ends it. */
export function watchDeliveries(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts to send a sealed file, or goes on with it after it failed. */
export function startDelivery(person: Person, sealed: Sealed): void {
  if (find(sealed)?.state === "running") return;
  const stop = new AbortController();
  stops.set(sealed.datasetId, stop);
  const progress: IngestProgress = { step: "send", done: 0, total: sealed.file.size };
  put({ sealed, progress, state: "running" });
  deliver(person, sealed, (next) => put({ sealed, progress: next, state: "running" }), stop.signal).then(
    () => put({ sealed, progress: { step: "hold", done: 1, total: 1 }, state: "done" }),
    (thrown) => put({ sealed, progress: find(sealed)?.progress ?? progress, state: "failed", fault: asFault(thrown) }),
  );
}

/** Pauses a delivery. What was sent is kept; it goes on from there. */
export function pauseDelivery(sealed: Sealed): void {
  stops.get(sealed.datasetId)?.abort();
}

function find(sealed: Sealed): Delivery | undefined {
  return all.find((delivery) => delivery.sealed.datasetId === sealed.datasetId);
}

function put(delivery: Delivery): void {
  all = [...all.filter(({ sealed }) => sealed.datasetId !== delivery.sealed.datasetId), delivery];
  for (const listener of listeners) listener();
}

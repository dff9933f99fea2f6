/**
 * A file becomes a dataset: it is de-identified and sealed on this device, sent, put on the chain, and held by the
 * gateway. Every step can be done again without harm, so that after a reload the chain and the sealed file tell where to
 * go on. Twin of Go's `ingest.go`.
 */
import { create } from "@bufbuild/protobuf";
import { pause } from "../chain/live";
import type { Node } from "../chain/node";
import { ask } from "../chain/query";
import { parseAddress } from "../core/address";
import { randomBytes, toHex } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { datasetId } from "../core/ids";
import type { QueryDatasetResponse } from "../gen/volens/dataset/v1/query_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { MsgRegisterDatasetSchema } from "../gen/volens/dataset/v1/tx_pb";
import { orAbsent } from "./committee";
import type { Person } from "./person";
import type { DeidOptions, Progress, Sealed } from "./sealer";

/** The steps in their order, as they are told to the person. */
export const ingestSteps = ["seal", "send", "register", "hold"] as const;
/** One of {@link ingestSteps}. */
export type IngestStep = (typeof ingestSteps)[number];

/** How far an ingest is. Bytes, where the step has some; `total` is 0 when it is not known. */
export interface IngestProgress {
  readonly step: IngestStep;
  readonly done: number;
  readonly total: number;
}

/** Called as an ingest goes on. */
export type IngestWatch = (progress: IngestProgress) => void;

/** The first version of a dataset. */
const first = 1n;
/** One gateway is the page's own: the browser talks to no other origin. */
const threshold = 1;
/** How often a gateway is asked again that has not seen yet what the chain has decided. */
const patience = 10;
/** Between two looks, in milliseconds. */
const beat = 1000;

/** Seals the files under a fresh account. Nothing is sent; the sealed file waits on this device for {@link deliver}. */
export async function sealFiles(
  person: Person,
  files: readonly File[],
  options: DeidOptions,
  watch: IngestWatch,
): Promise<Sealed> {
  const { key, gateway } = await person.sealTo();
  const random = randomBytes(16);
  const account = await person.vault.accountFor(`dataset-${toHex(random.subarray(0, 4))}`);
  return person.sealer.seal(
    files,
    options,
    {
      key,
      owner: account.address,
      datasetId: datasetId(key.originChain, parseAddress(account.address), random),
      random,
      version: first,
      gateways: [gateway],
      threshold,
    },
    (progress: Progress) => watch({ step: "seal", done: progress.done, total: progress.total }),
  );
}

/**
 * Brings a sealed file to the gateway and onto the chain, and waits until the gateway says on the chain that it holds
 * it; then the sealed file is removed from this device. Goes on where an earlier attempt stopped.
 */
export async function deliver(person: Person, sealed: Sealed, watch: IngestWatch, signal: AbortSignal): Promise<void> {
  const total = sealed.file.size;
  if (!(await registered(person.node, sealed))) {
    watch({ step: "send", done: 0, total });
    const sent = (done: number) => watch({ step: "send", done, total });
    await person.depot.upload(sealed.owner, sealed.file, toHex(sealed.payload.sha256), sent, signal);
    signal.throwIfAborted();
    watch({ step: "register", done: 0, total: 0 });
    await register(person, sealed);
  }
  watch({ step: "hold", done: 0, total: 0 });
  for (const part of sealed.parts) {
    await patiently(() => person.depot.putHalf(sealed.owner, sealed.datasetId, part), signal);
  }
  await held(person.node, sealed, signal);
  await person.sealer.discard(sealed.datasetId, sealed.version);
}

/** Whether the chain has this version. */
async function registered(node: Node, sealed: Sealed): Promise<QueryDatasetResponse | undefined> {
  const answer = await orAbsent(ask(node, DatasetQuery.method.dataset, { datasetId: sealed.datasetId }));
  return answer?.dataset && answer.dataset.version >= sealed.version ? answer : undefined;
}

async function register(person: Person, { owner, random, payload, proof }: Sealed): Promise<void> {
  await person.send(owner, [create(MsgRegisterDatasetSchema, { owner, random, payload, proof })]);
  await person.vault.markUsed(owner);
}

/** Waits until as many gateways as the dataset needs have said that they hold it. */
async function held(node: Node, sealed: Sealed, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await registered(node, sealed);
    if (answer && answer.receipts.length >= sealed.payload.threshold) return;
    await pause(beat, signal);
    signal.throwIfAborted();
  }
}

/** Repeats what is not available yet, for a while: a gateway sees the chain's decision a block later. */
async function patiently(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (thrown) {
      const fault = asFault(thrown);
      const soon = fault.kind === "unavailable" || fault.kind === "not-found";
      if (!soon || attempt > patience || signal.aborted) throw fault;
      await pause(beat, signal);
    }
  }
}

/** What a stopped ingest can still say. A Fault `stopped` when the person stopped it herself. */
export function stopped(thrown: unknown, signal: AbortSignal): Fault {
  return signal.aborted ? new Fault("unavailable", "stopped") : asFault(thrown);
}

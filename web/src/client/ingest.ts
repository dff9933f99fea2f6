/**
 * A file becomes a dataset: it is de-identified and sealed on this device, sent, put on the chain, and held by the
 * gateway. Every step can be done again without harm, so that after a reload the chain and the sealed file tell where to
 * go on. A later version goes the same way (`replace.ts`). Twin of Go's `ingest.go`.
 */
import { create } from "@bufbuild/protobuf";
import { pause } from "../chain/live";
import type { Node } from "../chain/node";
import { ask } from "../chain/query";
import { parseAddress } from "../core/address";
import { equal, randomBytes, toHex } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { datasetId } from "../core/ids";
import type { QueryDatasetResponse } from "../gen/volens/dataset/v1/query_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { MsgRegisterDatasetSchema, MsgReplacePayloadSchema } from "../gen/volens/dataset/v1/tx_pb";
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
export const threshold = 1;
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
 * it; then the sealed file is removed from this device. Goes on where an earlier attempt stopped. A file that the chain
 * will never take is removed, too: a refused Fault `lock-outdated` tells to lock the data once more.
 */
export async function deliver(person: Person, sealed: Sealed, watch: IngestWatch, signal: AbortSignal): Promise<void> {
  try {
    await bring(person, sealed, watch, signal);
  } catch (thrown) {
    if (asFault(thrown).code !== "lock-outdated") throw thrown;
    await person.sealer.discard(sealed.datasetId, sealed.version); // It can never be sent.
    throw thrown;
  }
  await person.sealer.discard(sealed.datasetId, sealed.version);
}

async function bring(person: Person, sealed: Sealed, watch: IngestWatch, signal: AbortSignal): Promise<void> {
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
}

/**
 * Whether the chain has this version. Where it has another file in its place, made on another device, this one is of no
 * use any more: a refused Fault `lock-outdated`.
 */
async function registered(
  node: Node,
  { datasetId, version, payload }: Sealed,
): Promise<QueryDatasetResponse | undefined> {
  const answer = await orAbsent(ask(node, DatasetQuery.method.dataset, { datasetId }));
  if (!answer?.dataset || answer.dataset.version < version) return undefined;
  const there = answer.dataset.payload?.sha256;
  if (answer.dataset.version > version || !there || !equal(there, payload.sha256)) throw outdated();
  return answer;
}

async function register(person: Person, sealed: Sealed): Promise<void> {
  const { owner } = sealed;
  try {
    await person.send(owner, [messageOf(sealed)]);
  } catch (thrown) {
    if (asFault(thrown).code !== "custody-key") throw thrown;
    // The committee may have come to another key since the file was sealed; while it has none, waiting helps.
    const { key } = await person.sealTo();
    throw key.keyId === sealed.payload.keyId ? thrown : outdated();
  }
  await person.vault.markUsed(owner);
}

/** What puts a sealed file on the chain: a new dataset, or the next version of one. */
function messageOf({ datasetId, version, owner, random, payload, proof }: Sealed) {
  return version === first
    ? create(MsgRegisterDatasetSchema, { owner, random, payload, proof })
    : create(MsgReplacePayloadSchema, { owner, datasetId, payload, proof });
}

function outdated(): Fault {
  return new Fault("refused", "lock-outdated");
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

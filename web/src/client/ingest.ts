/**
 * A file becomes a dataset: it is de-identified and sealed on this device, sent, put on the chain, and held by the
 * gateway. Every step can be done again without harm, so that after a reload the chain and the sealed file tell where to
 * go on. A later version goes the same way (`replace.ts`). Twin of Go's `ingest.go`.
 */
import { create } from "@bufbuild/protobuf";
import { pause } from "../chain/live";
import { ask, mustBe } from "../chain/query";
import { parseAddress } from "../core/address";
import { equal, randomBytes, toHex } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { datasetId } from "../core/ids";
import type { Dataset } from "../gen/volens/dataset/v1/dataset_pb";
import type { QueryDatasetResponse } from "../gen/volens/dataset/v1/query_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { MsgRegisterDatasetSchema, MsgReplacePayloadSchema } from "../gen/volens/dataset/v1/tx_pb";
import { orAbsent } from "./committee";
import type { Person } from "./person";
import { type Prover, provenDataset, provenEnd } from "./prover";
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
/** How often is asked again where what the chain has decided is not seen, or not proven, yet. */
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
 * will never take is removed, too: a refused Fault `lock-outdated` tells to lock the data once more. Nothing is removed by
 * the node's word alone: it is proven before that the chain has this file, or another in its place, or does not have it and
 * takes nothing under its key any more.
 */
export async function deliver(person: Person, sealed: Sealed, watch: IngestWatch, signal: AbortSignal): Promise<void> {
  try {
    await bring(person, sealed, watch, signal);
  } catch (thrown) {
    if (!(thrown instanceof Outdated)) throw thrown;
    await person.sealer.discard(sealed.datasetId, sealed.version); // It can never be sent.
    throw thrown;
  }
  await person.sealer.discard(sealed.datasetId, sealed.version);
}

async function bring(person: Person, sealed: Sealed, watch: IngestWatch, signal: AbortSignal): Promise<void> {
  const total = sealed.file.size;
  if (!(await registered(person, sealed, signal))) {
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
  await held(person, sealed, signal);
}

/**
 * The chain's answer about this version, by the node's word; undefined while it does not have it. Where it is proven to
 * have another file in its place, made on another device, this one is of no use any more: a refused Fault `lock-outdated`.
 */
async function registered(
  { node, prove }: Person,
  sealed: Sealed,
  signal: AbortSignal,
): Promise<QueryDatasetResponse | undefined> {
  const { datasetId } = sealed;
  const answer = await orAbsent(ask(node, DatasetQuery.method.dataset, { datasetId }));
  const told = answer && placeOf(mustBe(answer.dataset, { id: datasetId }), sealed);
  if (told === "free") return undefined;
  if (told === "taken") {
    await mustStand(prove, sealed, signal);
    throw new Fault("integrity", "proof-other"); // It has this one.
  }
  return answer;
}

/** What a dataset has in the place of a sealed file: nothing yet, this very file, or another one. */
function placeOf(dataset: Dataset | undefined, { version, payload }: Sealed): "free" | "ours" | "taken" {
  if (!dataset || dataset.version < version) return "free";
  const there = dataset.payload?.sha256;
  return dataset.version === version && there && equal(there, payload.sha256) ? "ours" : "taken";
}

/**
 * Proves that the chain has this version. One that a node told of is waited for, for what is of the newest block can be
 * proven one block later: a Fault `too-early` if it does not come, and `lock-outdated` for another file in its place.
 */
async function mustStand(prove: Prover, sealed: Sealed, signal: AbortSignal): Promise<void> {
  for (let left = patience; ; left--) {
    const place = placeOf(await provenDataset(prove, sealed.datasetId), sealed);
    if (place === "ours") return;
    if (place === "taken") throw new Outdated();
    if (left === 0) throw new Fault("unavailable", "too-early");
    await pause(beat, signal);
    signal.throwIfAborted();
  }
}

async function register(person: Person, sealed: Sealed): Promise<void> {
  const { owner } = sealed;
  try {
    await person.send(owner, [messageOf(sealed)]);
  } catch (thrown) {
    if (asFault(thrown).code !== "custody-key") throw thrown;
    // The committee may have come to another key since the file was sealed; while it has none, waiting helps.
    throw (await tooLate(person.prove, sealed)) ? new Outdated() : thrown;
  }
  await person.vault.markUsed(owner);
}

/**
 * Whether it is proven that the chain does not have this file and never will, for a later key has taken the place of its
 * own. A node that hid a registration may refuse the second one by the key: that file is held, and needed.
 */
async function tooLate(prove: Prover, sealed: Sealed): Promise<boolean> {
  const { dataset, superseded } = await provenEnd(prove, sealed.datasetId, sealed.payload.keyId);
  return superseded && placeOf(dataset, sealed) !== "ours";
}

/** What puts a sealed file on the chain: a new dataset, or the next version of one. */
function messageOf({ datasetId, version, owner, random, payload, proof }: Sealed) {
  return version === first
    ? create(MsgRegisterDatasetSchema, { owner, random, payload, proof })
    : create(MsgReplacePayloadSchema, { owner, datasetId, payload, proof });
}

/**
 * A sealed file that the chain will never take, thrown when that is proven. It is a class of its own, for a gateway chooses
 * the codes of its refusals, and the file is removed for this one.
 */
class Outdated extends Fault {
  constructor() {
    super("refused", "lock-outdated");
  }
}

/** Waits until as many gateways as the dataset needs have said that they hold it, and it is proven that it is there. */
async function held(person: Person, sealed: Sealed, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await registered(person, sealed, signal);
    if (answer && answer.receipts.length >= sealed.payload.threshold) return mustStand(person.prove, sealed, signal);
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

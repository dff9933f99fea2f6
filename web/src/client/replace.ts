/**
 * A dataset is sealed anew: new file key, new halves, new digests, and the committee's newest key. It moves a dataset to
 * that key, and makes a stop final towards gateways: attestations of the version before end, and its halves open nothing
 * any more. What is sealed here is brought by `deliver` of `ingest.ts`. Twin of Go's `replace.go` and `reseal.go`.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Node } from "../chain/node";
import { ask } from "../chain/query";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { KeyStatus, SeatState } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { type Dataset, Kind, Status } from "../gen/volens/dataset/v1/dataset_pb";
import { openings } from "./activity";
import { orAbsent } from "./committee";
import { readPaper } from "./files";
import { type IngestWatch, threshold } from "./ingest";
import { mustOwn, type Person } from "./person";
import { provenPayload } from "./prover";
import type { DeidOptions, OldPapers, Sealed, SealTo } from "./sealer";
import { seatOf } from "./seat";

/**
 * Seals a dataset anew from its owner's own copy: what the gateway holds, opened with her own key on this device, as it
 * comes. `report` is the report of the version before, where this device does not have it (`papersHere`) or has one of another
 * file. What was sealed so before, and waits on this device, is not made twice. Nothing is sent.
 */
export async function sealAnew(
  person: Person,
  dataset: Dataset,
  report: Blob | undefined,
  watch: IngestWatch,
): Promise<Sealed> {
  const to = await prepare(person, dataset);
  const { id: datasetId, owner, version } = dataset;
  const papers = await papersOf(person, dataset, report);
  const waiting = await person.sealer.sealed(datasetId, to.version);
  if (waiting && isOf(waiting, to, papers)) return waiting;
  const payload = await provenPayload(person.prove, dataset);
  const told = (done: number, total: number) => watch({ step: "seal", done, total });
  const copy = await person.depot.object(owner, toHex(payload.sha256), payload.sizeBucket, told);
  const { keyId, u, bodySha256, sha256, treeRoot, facetsRoot } = payload;
  const facts = { keyId, datasetId, u, bodySha256, sha256, treeRoot };
  return person.sealer.reseal(copy, { ...facts, version, kind: Kind[payload.kind], facetsRoot }, to, papers);
}

/** Seals a dataset anew from files: when the papers of its version before are lost. */
export async function sealFilesAnew(
  person: Person,
  dataset: Dataset,
  files: readonly File[],
  options: DeidOptions,
  watch: IngestWatch,
): Promise<Sealed> {
  const to = await prepare(person, dataset);
  return person.sealer.seal(files, options, to, ({ done, total }) => watch({ step: "seal", done, total }));
}

/** Whether the report of a dataset's version is on this device. */
export async function papersHere(person: Pick<Person, "sealer">, { id, version }: Dataset): Promise<boolean> {
  return (await person.sealer.papers(id, version)) !== undefined;
}

/** Whether the committee has a newer key than the one that a dataset is sealed to: new requests name the newest only. */
export async function isBehind(node: Node, { payload }: Dataset): Promise<boolean> {
  const key = (await orAbsent(ask(node, CustodyQuery.method.key, {})))?.key;
  return key?.status === KeyStatus.ACTIVE && payload !== undefined && payload.keyId < key.keyId;
}

/**
 * Whether a sealed file is what would be made here: to the same key, and with the report of the version before. One that
 * was sealed from files has another report: what is inside may be something else. Sealing anew takes its place.
 */
function isOf({ payload, reportSha256 }: Sealed, { key }: SealTo, { report }: OldPapers): boolean {
  return payload.keyId === key.keyId && reportSha256 === toHex(sha256(report));
}

/** Refuses what the chain would before anything long begins, and says to whom the next version is sealed. */
async function prepare(person: Person, dataset: Dataset): Promise<SealTo> {
  const { id: datasetId, owner, version, status, payload } = dataset;
  await mustOwn(person, owner);
  if (status !== Status.ACTIVE) throw new Fault("refused", "dataset-status");
  // The page talks to its own origin only: it would leave one gateway where there were several.
  if ((payload?.gateways.length ?? 0) !== 1) throw new Fault("refused", "lock-several");
  const { key, gateway } = await person.sealTo();
  if (payload?.gateways[0]?.gateway !== gateway.address) throw new Fault("refused", "held-elsewhere");
  await mustBeQuiet(person.node, datasetId);
  const random = new Uint8Array(0);
  return { key, owner, datasetId, random, version: version + 1n, gateways: [gateway], threshold };
}

/** Seats whose key is on its way to somebody. */
const underWay: readonly SeatState[] = [SeatState.ASSIGNED, SeatState.EMITTED, SeatState.REVOKING];

/** The chain takes no new version while a key of the old one is being released: what is known of that is told early. */
async function mustBeQuiet(node: Node, datasetId: string): Promise<void> {
  const open = (await openings(node, datasetId)).filter(({ release }) => release === undefined);
  const seats = await Promise.all(open.map(({ emission: { requestId, seat } }) => seatOf(node, requestId, seat)));
  if (seats.some(({ seat }) => seat && underWay.includes(seat.state))) throw new Fault("refused", "custody-open-seats");
}

/**
 * The papers of the version before. A report that the person picked goes before those of this device, which are of another
 * file where another device was first to replace the version.
 */
async function papersOf(person: Person, { id, version }: Dataset, report: Blob | undefined): Promise<OldPapers> {
  if (report) return { report: await readPaper(report) };
  const here = await person.sealer.papers(id, version);
  if (!here) throw new Fault("usage", "no-report");
  return here;
}

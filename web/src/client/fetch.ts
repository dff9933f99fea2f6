/** A released file comes to its reader: S from the chain, the half from the gateway, opened in the sealer. Twin of Go's `client/fetch.go` and `release.go`. */

import { pause } from "../chain/live";
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { Cause, type Release, type Seat, SeatState } from "../gen/volens/custody/v1/custody_pb";
import { Kind, type Payload } from "../gen/volens/dataset/v1/dataset_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { State } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { orAbsent } from "./committee";
import type { Desk } from "./desk";
import { provenRelease } from "./prover";
import { committeeKey } from "./request";
import type { Opened, Released, Watch } from "./sealer";
import { seatOf } from "./seat";
import { serviceClaim } from "./service";

/** A seat whose key the chain has published, with what it opens. */
export interface FoundRelease {
  readonly release: Release;
  readonly payload: Payload;
}

/** A file that was opened, with what the chain says of it. */
export interface Fetched extends FoundRelease {
  readonly opened: Opened;
}

/** How often a release that is too fresh is asked for again, and how long apart in milliseconds: a few blocks in all. */
const tries = 20;
const gap = 1000;

/** Repeats what answers `too-early`: a gateway believes a release, and hands its part over, one block later. */
async function afterBlock<T>(work: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== "too-early" || left <= 1) throw thrown;
    }
    await pause(gap);
  }
}

/**
 * Looks at a seat. A void one, and one whose request has ended, is refused with the cause as reason; one that is not
 * released yet is `unavailable`, code `not-released`.
 */
export function findRelease(node: Node, requestId: string, index: bigint): Promise<FoundRelease> {
  return afterBlock(() => find(node, requestId, index));
}

async function find(node: Node, requestId: string, index: bigint): Promise<FoundRelease> {
  const [answer, status] = await Promise.all([seatOf(node, requestId, index), node.status()]);
  const { release, seat } = answer;
  if (!release) {
    if (seat) await refuseEnded(node, seat);
    throw new Fault("unavailable", "not-released");
  }
  // A gateway believes a release when the header above it exists.
  if (status.height <= release.height) throw new Fault("unavailable", "too-early");
  const { datasetId } = release;
  const dataset = mustBe((await ask(node, DatasetQuery.method.dataset, { datasetId })).dataset, { id: datasetId });
  if (!dataset.payload) throw new Fault("internal", "node-answer");
  if (dataset.version !== release.version) throw new Fault("refused", "dataset-replaced", { reasons: ["REPLACED"] });
  return { release, payload: dataset.payload };
}

async function refuseEnded(node: Node, seat: Seat): Promise<void> {
  if (seat.state !== SeatState.VOID && seat.state !== SeatState.FREE) return;
  const ended = await endedState(node, seat.requestId);
  const cause = seat.state === SeatState.VOID ? [Cause[seat.cause]] : [];
  if (seat.state === SeatState.VOID || ended) {
    throw new Fault("refused", "seat-void", { reasons: [...(ended ? [ended] : []), ...cause] });
  }
}

const endStates: readonly State[] = [State.CANCELLED, State.FAILED_SHORT, State.SETTLED, State.CLOSED];

/** In which state a request has ended without a release; an inspection has no request. */
async function endedState(node: Node, requestId: string): Promise<string | undefined> {
  const answer = await orAbsent(ask(node, MarketQuery.method.request, { requestId }));
  const state = answer?.request?.state;
  return state !== undefined && endStates.includes(state) ? State[state] : undefined;
}

/** Collects the gateway's part and everything that the sealer needs to open the file, as the chain is proven to have it. */
export async function collect(desk: Desk, found: FoundRelease): Promise<Released> {
  const { release, payload } = found;
  const own = await desk.gateway.address();
  const place = payload.gateways.findIndex(({ gateway }) => gateway === own);
  // The page talks to its own origin only: a dataset of several gateways is opened with the command line.
  if (place < 0) throw new Fault("refused", "held-elsewhere");
  if (payload.threshold > 1) throw new Fault("refused", "several-gateways");
  const [{ originChain, keyId }, y, liveChain, sealed] = await Promise.all([
    committeeKey(desk.node, release.keyId),
    provenRelease(desk.prove, release, payload),
    desk.node.chainId(),
    partOf(desk, release, own),
  ]);
  return {
    key: { originChain, keyId, y },
    liveChain,
    requestId: release.requestId,
    seat: release.seat,
    s: release.s,
    facts: {
      keyId: payload.keyId,
      datasetId: release.datasetId,
      u: payload.u,
      bodySha256: payload.bodySha256,
      sha256: payload.sha256,
      treeRoot: payload.treeRoot,
    },
    version: release.version,
    kind: Kind[payload.kind],
    facetsRoot: payload.facetsRoot,
    threshold: payload.threshold,
    commitments: payload.gateways.map(({ commitment }) => commitment),
    parts: [{ place, sealed }],
  };
}

/**
 * A gateway's part for a release, sealed to the delivery key: from itself, or, when it does not give it, from its answer on
 * chain to a claim (`service.ts`), which is the same.
 */
async function partOf(desk: Desk, { requestId, seat }: Release, gateway: string): Promise<Uint8Array> {
  try {
    return await afterBlock(() => desk.gateway.half(requestId, seat));
  } catch (refused) {
    const claim = await serviceClaim(desk.node, { requestId, seat, gateway }).catch(() => undefined);
    if (claim === undefined || claim.answer.length === 0) throw refused;
    return claim.answer;
  }
}

/** The sealed file as it arrives; more bytes than were registered are refused. */
export function download(desk: Desk, payload: Payload): Promise<ReadableStream<Uint8Array>> {
  return desk.gateway.object(toHex(payload.sha256), payload.sizeBucket);
}

/**
 * Downloads and opens a released file. Everything is checked against what the chain registered; with `to` the file is
 * written there and appears only when it is whole, without it the result holds a Blob.
 */
export async function fetchFile(
  desk: Desk,
  requestId: string,
  seat: bigint,
  options: { readonly to?: FileSystemFileHandle; readonly watch?: Watch } = {},
): Promise<Fetched> {
  const found = await findRelease(desk.node, requestId, seat);
  const released = await collect(desk, found);
  const source = await download(desk, found.payload);
  const opened = await desk.sealer.open(source, released, options.to, options.watch);
  return { ...found, opened };
}

/** The age identity of one released file, for `age-plugin-volens`: whoever has it and the sealed file can read it. */
export async function fetchIdentity(desk: Desk, requestId: string, seat: bigint): Promise<string> {
  const found = await findRelease(desk.node, requestId, seat);
  return desk.sealer.identity(await collect(desk, found));
}

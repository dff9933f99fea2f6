/** A researcher's requests: money is locked, seats are posted, and everybody can follow. Twin of Go's `client/request.go`. */
import { create } from "@bufbuild/protobuf";
import { z } from "zod";
import type { Node } from "../chain/node";
import { ask, askAll, mustBe } from "../chain/query";
import { parseAddress } from "../core/address";
import { fromHex, fromUtf8, randomBytes, toHex, utf8 } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { requestId as deriveId, isId } from "../core/ids";
import type { Papers } from "../core/papers";
import type { QuerySeatResponse } from "../gen/volens/custody/v1/query_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { type Decision, type Escrow, type Payment, type Request, State } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery, type QueryCostResponse } from "../gen/volens/market/v1/query_pb";
import {
  MsgCancelRequestSchema,
  MsgPostSeatsSchema,
  MsgSubmitRequestSchema,
  SeatPostSchema,
} from "../gen/volens/market/v1/tx_pb";
import { alone } from "./alone";
import { activeKey, orAbsent } from "./committee";
import type { Desk, Sent } from "./desk";
import { papersOf, type RequestDraft, requestDraft, specOf } from "./requestdraft";
import { dropPapers, keepPapers, showPapers } from "./requestpapers";
import { seatOf } from "./seat";
import type { CommitteeKey } from "./vault";

/** A request with its money, answers, payments and seats. */
export interface RequestView {
  readonly request: Request;
  readonly escrow: Escrow | undefined;
  readonly decisions: readonly Decision[];
  readonly payments: readonly Payment[];
  /** One for each posted seat, with job, emission and release as far as they came. */
  readonly seats: readonly QuerySeatResponse[];
}

/** Steps of a submission, as they are told to the person. */
export type SubmitStep =
  | { readonly step: "lock"; readonly requestId: string }
  | { readonly step: "papers"; readonly requestId: string }
  | { readonly step: "seats"; readonly requestId: string; readonly posted: number; readonly wanted: number };

/** The most seats of one message (x/market.MaxSeatsAMessage). */
const seatsAMessage = 200n;

const draftPrefix = "request-draft/";
/** Drafts are written and removed one after the other: the form saves while a submission begins or ends. */
const draftLock = "request-drafts";

/** A draft that was kept on this device. */
export interface KeptDraft {
  /** Names the draft: the random bytes from which the request's id comes, in hex. */
  readonly random: string;
  readonly draft: RequestDraft;
  /** The id, once a submission began. */
  readonly requestId: string;
}

const keptDraft = z.strictObject({
  random: z.string().refine(isId),
  draft: requestDraft,
  requestId: z.string().refine((text) => text === "" || isId(text)),
});

/** A name for a new draft. */
export function newDraftName(): string {
  return toHex(randomBytes(16));
}

/** Keeps a draft on this device, encrypted. */
export function keepDraft(desk: Pick<Desk, "vault">, kept: KeptDraft): Promise<void> {
  return alone(draftLock, () => writeDraft(desk, kept));
}

async function writeDraft(desk: Pick<Desk, "vault">, kept: KeptDraft): Promise<void> {
  await desk.vault.keep(draftPrefix + kept.random, utf8(JSON.stringify(kept)));
}

/** Reads a draft; undefined if there is none, or it is of another version of the app. */
export async function readDraft(desk: Pick<Desk, "vault">, random: string): Promise<KeptDraft | undefined> {
  const bytes = await desk.vault.kept(draftPrefix + random);
  return bytes && parseDraft(bytes);
}

/** All drafts on this device. */
export async function drafts(desk: Pick<Desk, "vault">): Promise<KeptDraft[]> {
  const names = await desk.vault.keptNames(draftPrefix);
  const all = await Promise.all(names.map((name) => desk.vault.kept(name)));
  return all.flatMap((bytes) => (bytes && parseDraft(bytes)) || []);
}

function parseDraft(bytes: Uint8Array): KeptDraft | undefined {
  try {
    return keptDraft.parse(JSON.parse(fromUtf8(bytes)));
  } catch {
    return undefined;
  }
}

/** Keeps what a draft has become; whether its submission began stays as it was. */
export function changeDraft(desk: Pick<Desk, "vault">, random: string, draft: RequestDraft): Promise<void> {
  return alone(draftLock, async () => {
    const before = await readDraft(desk, random);
    await writeDraft(desk, { random, draft, requestId: before?.requestId ?? "" });
  });
}

/**
 * Removes a draft from this device. The words that were kept when its submission began go with it where the chain has no
 * such request, or one that is decided: while money is locked for them, or nobody can tell, they stay until patients can
 * read them.
 */
export async function dropDraft(desk: Pick<Desk, "vault" | "node">, random: string): Promise<void> {
  const requestId = (await readDraft(desk, random))?.requestId ?? "";
  if (requestId !== "") {
    const found = await look(desk.node, requestId);
    const waits = found === "silent" || (found !== "absent" && undecided(found));
    if (!waits) await dropPapers(desk, requestId);
  }
  await alone(draftLock, () => desk.vault.drop(draftPrefix + random));
}

/** What a request would lock, by the chain. */
export function cost(node: Node, draft: Pick<RequestDraft, "nMax" | "price" | "denom">): Promise<QueryCostResponse> {
  return ask(node, MarketQuery.method.cost, { nMax: draft.nMax, price: draft.price, denom: draft.denom });
}

/**
 * Locks the money, shows the papers at the gateway and posts the seats. Called again for the same draft after an
 * interruption it goes on where it stopped, with the words for which the money was locked: the id comes from the draft's
 * random bytes, and the seats' secrets from the words. A refused Fault `papers-lost` when those words are gone.
 */
export async function submitRequest(desk: Desk, kept: KeptDraft, tell: (step: SubmitStep) => void): Promise<string> {
  const key = await committeeKey(desk.node);
  const requestId = deriveId(key.originChain, parseAddress(desk.address), fromHex(kept.random));
  await keepDraft(desk, { ...kept, requestId });
  tell({ step: "lock", requestId });
  const there = await orAbsent(ask(desk.node, MarketQuery.method.request, { requestId }));
  if (!there) await lockMoney(desk, kept, requestId, key.keyId);
  tell({ step: "papers", requestId });
  const papers = papersOf(kept.draft, await desk.vault.paperSalt(requestId));
  const request = await locked(desk.node, requestId);
  if (undecided(request)) await showPapers(desk, request, papers); // Nobody is asked by one that has ended.
  await postSeats(desk, requestId, tell);
  return requestId;
}

/** A request whose money is locked. */
async function locked(node: Node, requestId: string): Promise<Request> {
  const { request } = await ask(node, MarketQuery.method.request, { requestId });
  return mustBe(request, { id: requestId });
}

async function lockMoney(desk: Desk, kept: KeptDraft, requestId: string, keyId: bigint): Promise<void> {
  const [salt, deliveryKey, status, costs] = await Promise.all([
    desk.vault.paperSalt(requestId),
    desk.vault.deliveryRecipient(requestId),
    desk.node.status(),
    cost(desk.node, kept.draft),
  ]);
  const spec = specOf(kept.draft, { researcher: desk.address, keyId, height: status.height, salt, deliveryKey });
  if (!costs.escrow) throw new Fault("internal", "node-answer");
  await keepPapers(desk, requestId, papersOf(kept.draft, salt));
  await desk.send([
    create(MsgSubmitRequestSchema, {
      researcher: desk.address,
      random: fromHex(kept.random),
      spec,
      escrow: costs.escrow,
    }),
  ]);
}

/**
 * Goes on with an own submission that stopped between the money and the last seat. Patients shall read its words first: when
 * those are neither on this device nor at the gateway it is a refused Fault `papers-lost`, unless the person wants to go on
 * without them.
 */
export async function goOn(
  desk: Desk,
  requestId: string,
  tell: (step: SubmitStep) => void,
  { withoutWords = false } = {},
): Promise<void> {
  if (!withoutWords) {
    tell({ step: "papers", requestId });
    await showPapers(desk, await locked(desk.node, requestId), await written(desk, requestId));
  }
  await postSeats(desk, requestId, tell);
}

/** What the draft of a request says now; undefined if it is not on this device. */
async function written(desk: Desk, requestId: string): Promise<Papers | undefined> {
  const kept = (await drafts(desk)).find((one) => one.requestId === requestId);
  return kept && papersOf(kept.draft, await desk.vault.paperSalt(requestId));
}

/** Posts the one-time keys that an own request still lacks. It opens with the last of them. */
async function postSeats(desk: Desk, requestId: string, tell: (step: SubmitStep) => void): Promise<void> {
  const liveChain = await desk.node.chainId();
  for (;;) {
    const request = await locked(desk.node, requestId);
    const wanted = request.spec?.nMax ?? 0;
    if (request.state !== State.SUBMITTED || request.seats >= BigInt(wanted)) return;
    const left = BigInt(wanted) - request.seats;
    const count = Number(left < seatsAMessage ? left : seatsAMessage);
    tell({ step: "seats", requestId, posted: Number(request.seats), wanted });
    const key = await committeeKey(desk.node, request.spec?.keyId);
    const seats = await desk.vault.seats({
      key,
      liveChain,
      requestId,
      reader: desk.address,
      first: request.seats,
      count,
    });
    await desk.send([
      create(MsgPostSeatsSchema, {
        researcher: desk.address,
        requestId,
        first: request.seats,
        seats: seats.map(({ q, proof }) => create(SeatPostSchema, { q, proof })),
      }),
    ]);
  }
}

/** The committee's key with an id, or the active one. */
export async function committeeKey(node: Node, keyId?: bigint): Promise<CommitteeKey> {
  if (keyId === undefined) {
    const { key, originChainId } = await activeKey(node);
    return { originChain: originChainId, keyId: key.keyId, y: key.y };
  }
  const answer = await ask(node, CustodyQuery.method.key, { keyId });
  return { originChain: answer.originChainId, keyId, y: mustBe(answer.key, { keyId }).y };
}

/**
 * Ends an own request before it clears: the escrow comes back less the process fee and the cancel fee. What this device
 * kept of its words goes: nobody will be asked by them.
 */
export async function cancelRequest(desk: Desk, requestId: string): Promise<Sent> {
  const sent = await desk.send([create(MsgCancelRequestSchema, { researcher: desk.address, requestId })]);
  await dropPapers(desk, requestId);
  return sent;
}

/** Reads a request with everything that happened to it. */
export async function requestView(node: Node, requestId: string): Promise<RequestView> {
  const { request: told, escrow } = await ask(node, MarketQuery.method.request, { requestId });
  const request = mustBe(told, { id: requestId });
  const [decisions, payments, seats] = await Promise.all([
    askAll(node, MarketQuery.method.decisions, { requestId }, "decisions"),
    askAll(node, MarketQuery.method.payments, { requestId }, "payments"),
    seatsOf(node, request),
  ]);
  return { request, escrow, decisions, payments, seats };
}

async function seatsOf(node: Node, request: Request): Promise<QuerySeatResponse[]> {
  const indexes = Array.from({ length: Number(request.seats) }, (_, index) => BigInt(index));
  return Promise.all(indexes.map((index) => seatOf(node, request.id, index)));
}

/** Requests of a researcher, or in a state, or all; at most `limit`. */
export function requests(
  node: Node,
  filter: { readonly researcher?: string; readonly state?: State; readonly limit?: number },
): Promise<Request[]> {
  const { researcher = "", state = State.UNSPECIFIED, limit } = filter;
  return askAll(node, MarketQuery.method.requests, { researcher, state }, "requests", limit ? { limit } : {});
}

/** Whether a request has neither cleared nor ended: it can be cancelled. */
export function undecided(request: Request): boolean {
  return request.state === State.SUBMITTED || request.state === State.OPEN;
}

/** Why a submission stopped is told with what is safe: nothing was locked while the request is not on chain. */
export async function lockedSoFar(node: Node, requestId: string): Promise<boolean | undefined> {
  const found = await look(node, requestId);
  return found === "silent" ? undefined : found !== "absent";
}

/** A request by the node's word; `silent` when nobody can tell. */
async function look(node: Node, requestId: string): Promise<Request | "absent" | "silent"> {
  try {
    const answer = await orAbsent(ask(node, MarketQuery.method.request, { requestId }));
    return answer ? mustBe(answer.request, { id: requestId }) : "absent";
  } catch (thrown) {
    if (asFault(thrown).kind === "unavailable") return "silent";
    throw thrown;
  }
}

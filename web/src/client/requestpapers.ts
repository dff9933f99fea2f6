/** The words of a request on their way from the lock of its money to the patients who are asked. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { type Papers, papersBytes, parsePapers, verifyPapers } from "../core/papers";
import type { Request } from "../gen/volens/market/v1/market_pb";
import type { Desk } from "./desk";
import { digestsOf } from "./requestdraft";

/** Names of notes; the request's id and the beginning of the document's digest follow. */
const notePrefix = "request-papers/";

/** What is needed of a desk. */
type PapersDesk = Pick<Desk, "vault" | "gateway">;

/**
 * Keeps the words for which money is about to be locked. The draft may change after, and a try whose answer was lost may
 * still come into a block: so all of them are kept until patients can read those that the chain has.
 */
export async function keepPapers(desk: Pick<Desk, "vault">, requestId: string, papers: Papers): Promise<void> {
  const raw = papersBytes(papers);
  await desk.vault.keep(`${notePrefix}${requestId}/${toHex(sha256(raw)).slice(0, 32)}`, raw);
}

/** Removes what was kept of a request's words. */
export async function dropPapers(desk: Pick<Desk, "vault">, requestId: string): Promise<void> {
  const names = await desk.vault.keptNames(`${notePrefix}${requestId}/`);
  await Promise.all(names.map((name) => desk.vault.drop(name)));
}

/**
 * Makes sure that the page's gateway shows the words for which the money was locked: those of `written` if they are the
 * ones, else those that were kept then, else those that it has already. A refused Fault `papers-lost` when there are none.
 */
export async function showPapers(desk: PapersDesk, request: Request, written?: Papers): Promise<void> {
  const want = digestsOf(request);
  const kept = await keptPapers(desk, request.id);
  const right = [...(written ? [written] : []), ...kept].find((papers) => open(papers, want));
  if (right) await desk.gateway.putPapers(request.id, right);
  else if (!(await shown(desk, request))) throw new Fault("refused", "papers-lost");
  await dropPapers(desk, request.id);
}

async function keptPapers(desk: Pick<Desk, "vault">, requestId: string): Promise<Papers[]> {
  const names = await desk.vault.keptNames(`${notePrefix}${requestId}/`);
  const all = await Promise.all(names.map((name) => desk.vault.kept(name)));
  return all.flatMap((raw) => (raw ? [parsePapers(raw)] : []));
}

/** Whether the gateway shows the right words already. What it shows instead of them counts as nothing. */
async function shown({ gateway }: Pick<Desk, "gateway">, request: Request): Promise<boolean> {
  try {
    verifyPapers(await gateway.papers(request.id), digestsOf(request));
    return true;
  } catch (thrown) {
    if (["not-found", "integrity"].includes(asFault(thrown).kind)) return false;
    throw thrown;
  }
}

/** Whether digests are of these papers. A draft that is half written is not. */
function open(papers: Papers, want: Parameters<typeof verifyPapers>[1]): boolean {
  try {
    verifyPapers(papers, want);
    return true;
  } catch (thrown) {
    if (asFault(thrown).kind !== "integrity") throw thrown;
    return false;
  }
}

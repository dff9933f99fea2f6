import { type Bytes, equal, fromHex, toHex, utf8 } from "./bytes";
import { Fault } from "./fault";
import { canonicalBytes } from "./jcs";
import { JsonReader } from "./json";
import { Transcript } from "./transcript";

/** What a request says of itself in its researcher's words, as they are hashed (docs/spec/papers.md). */
export interface Papers {
  readonly title: string;
  readonly laySummary: string;
  readonly contact: string;
  /** The digest of the study's protocol: 64 lower-case hexadecimal digits. */
  readonly protocolSha256: string;
  /** What is looked for: codes with their values. */
  readonly criteria: readonly (readonly [code: string, value: string])[];
  /** Blinds the digests: 64 lower-case hexadecimal digits. */
  readonly salt: string;
}

/** What the chain holds of papers, 32 bytes each. */
export interface PaperDigests {
  readonly title: Uint8Array;
  readonly laySummary: Uint8Array;
  readonly protocol: Uint8Array;
  readonly contact: Uint8Array;
  readonly criteria: Uint8Array;
}

/** A document has no more bytes than this. */
export const maxPapers = 256 << 10;
const maxText = 64 << 10;
const maxCriteria = 64;
const maxCriterion = 256;

const members = new Set(["title", "lay_summary", "contact", "protocol_sha256", "criteria", "salt"]);
const digits = /^[0-9a-f]{64}$/;
/** Control characters but tab, line feed and carriage return, and halves of characters. */
const obeyed = /(?![\t\n\r])\p{Cc}|\p{Surrogate}/u;

/** Reads a document. Throws an integrity Fault `papers` for anything that is none. */
export function parsePapers(raw: Uint8Array): Papers {
  if (raw.length > maxPapers) throw unfit();
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
  } catch (cause) {
    throw unfit(cause);
  }
  const read = new JsonReader(value, "papers", "integrity");
  if (Object.keys(value as object).some((name) => !members.has(name))) throw unfit();
  const criteria = read.has("criteria") ? Object.entries(read.value("criteria") as object) : [];
  const papers = {
    title: read.text("title"),
    laySummary: read.text("lay_summary"),
    contact: read.text("contact"),
    protocolSha256: read.text("protocol_sha256"),
    criteria: criteria as [string, string][],
    salt: read.text("salt"),
  };
  if (read.has("criteria")) read.object("criteria");
  checkPapers(papers);
  return papers;
}

/** Throws an integrity Fault `papers` for papers that no request can have. */
export function checkPapers(papers: Papers): void {
  const texts = [papers.title, papers.laySummary, papers.contact];
  const fits =
    texts.every((text) => text.trim() !== "" && legible(text, maxText)) &&
    digits.test(papers.protocolSha256) &&
    digits.test(papers.salt) &&
    papers.criteria.length <= maxCriteria &&
    papers.criteria.every(
      ([code, value]) => code !== "" && legible(code, maxCriterion) && legible(value, maxCriterion),
    );
  if (!fits) throw unfit();
}

/** The document: canonical JSON (RFC 8785). */
export function papersBytes(papers: Papers): Bytes {
  checkPapers(papers);
  const raw = canonicalBytes({
    title: papers.title,
    lay_summary: papers.laySummary,
    contact: papers.contact,
    protocol_sha256: papers.protocolSha256,
    criteria: Object.fromEntries(papers.criteria),
    salt: papers.salt,
  });
  if (raw.length > maxPapers) throw unfit();
  return raw;
}

/** The digests of papers, byte for byte Go's `papers.Digests`. */
export function paperDigests(papers: Papers): PaperDigests {
  checkPapers(papers);
  const salt = fromHex(papers.salt);
  const paper = (name: string, content: Uint8Array) =>
    Transcript.of("request-paper").bytes(salt).text(name).bytes(content).sum256();
  const sorted = papers.criteria
    .map(([code, value]) => ({ code, value, order: toHex(utf8(code)) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  return {
    title: paper("title", utf8(papers.title)),
    laySummary: paper("lay-summary", utf8(papers.laySummary)),
    protocol: paper("protocol", fromHex(papers.protocolSha256)),
    contact: paper("contact", utf8(papers.contact)),
    criteria: sorted
      .reduce((told, { code, value }) => told.text(code).text(value), Transcript.of("request-criteria").bytes(salt))
      .sum256(),
  };
}

/** Throws an integrity Fault `papers-mismatch` unless the digests are of these papers. */
export function verifyPapers(papers: Papers, want: PaperDigests): void {
  const got = paperDigests(papers);
  const same = (["title", "laySummary", "protocol", "contact", "criteria"] as const).every((name) =>
    equal(got[name], want[name]),
  );
  if (!same) throw new Fault("integrity", "papers-mismatch");
}

/** Whether a text is shown rather than obeyed, and not too long. */
function legible(text: unknown, most: number): boolean {
  return typeof text === "string" && !obeyed.test(text) && utf8(text).length <= most;
}

function unfit(cause?: unknown): Fault {
  return new Fault("integrity", "papers", { cause });
}

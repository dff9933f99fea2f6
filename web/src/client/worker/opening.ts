import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, fromUtf8, toHex } from "../../core/bytes";
import { type OpenedFile, OpenStream, type Unwrap } from "../../core/envelope/open";
import { checkOpening, parseOpening } from "../../core/facet/tree";
import { Fault } from "../../core/fault";
import { canonicalBytes } from "../../core/jcs";
import { gather } from "../../storage/spool";
import type { Facet, Facts, Finding, Opened, Papers, Progress, Released, SealedSource, Verdict } from "../sealer";
import { deidFault, type Library, type Report } from "./deid";
import { finishing } from "./deidentify";
import { extensionOf, headSize } from "./extension";
import { pour, type Tell } from "./source";

const pieceSize = 4 << 20;

/** Opens a sealed file into a Blob, or into a file of the person's choice, which appears only when it is whole. */
export async function openFile(
  source: SealedSource,
  facts: Facts,
  kind: string,
  unwrap: Unwrap,
  to: FileSystemFileHandle | undefined,
  tell: Tell,
): Promise<Opened> {
  const out = to ? await toHandle(to) : toBlob();
  let head: Uint8Array = new Uint8Array(0);
  try {
    const opened = await openThrough(source, facts, unwrap, { step: "open", tell }, async (chunk) => {
      if (head.length < headSize) head = concat(head, chunk.subarray(0, headSize - head.length));
      await out.write(chunk);
    });
    const file = await out.finish();
    return {
      ...{ size: opened.size, sha256: toHex(opened.sha256), extension: extensionOf(head, kind) },
      ...(file && { file }),
    };
  } catch (thrown) {
    await out.discard();
    throw thrown;
  }
}

/** What an attestor's look asks of the vault. */
export interface Asked {
  readonly unwrap: Unwrap;
  /** Opens the facets, where their owner sealed them. */
  readonly facets: (paper: Uint8Array) => Promise<Bytes>;
}

/** An attestor's look: the plaintext is checked as it streams, and written nowhere. */
export async function judgeFile(
  library: Library,
  source: SealedSource,
  released: Released,
  papers: Papers,
  vault: Asked,
  tell: Tell,
): Promise<Verdict> {
  const report = Uint8Array.from(papers.report);
  try {
    const check = await library.verify(report);
    const found = await finishing(check, async () => {
      const told = { step: "check", tell } as const;
      await openThrough(source, released.facts, vault.unwrap, told, (chunk) => check.write(chunk));
    });
    const shown = [...found.facets, { code: "data_type", value: released.kind }];
    const findings: Finding[] = found.files.flatMap(({ name, findings: all }) =>
      all.map(({ check: named, ok, detail }) => ({ file: name, check: named, ok, detail: detail ?? "" })),
    );
    findings.push(await facetFinding(released, shown, () => vault.facets(papers.facets)));
    const parsed = JSON.parse(fromUtf8(report)) as Report;
    return verdictOf(parsed, report, findings);
  } catch (thrown) {
    throw deidFault(thrown);
  }
}

function verdictOf(report: Report, raw: Bytes, findings: readonly Finding[]): Verdict {
  const reportSha256 = toHex(sha256(raw));
  const { id, sha256: digest, basis } = report.profile;
  return {
    ok: findings.every(({ ok }) => ok),
    profile: { id, sha256: digest, basis: basis.replaceAll("_", "-") },
    toolVersion: report.tool.version,
    reportSha256,
    findingsSha256: toHex(sha256(canonicalBytes({ findings, report_sha256: reportSha256 }))),
    findings,
  };
}

// facetFinding recomputes the root from the owner's opening and holds its leaves against the payload.
async function facetFinding(
  released: Released,
  shown: readonly Facet[],
  opening: () => Promise<Bytes>,
): Promise<Finding> {
  try {
    const opened = parseOpening(fromUtf8(await opening()));
    checkOpening(opened, released.facetsRoot, released.facts.datasetId, released.version, shown);
    return { file: "facets", check: "facets", ok: true, detail: "" };
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.kind !== "integrity") throw thrown;
    return { file: "facets", check: "facets", ok: false, detail: thrown.code };
  }
}

/** Opens a sealed file into a sink. Nothing of it may be used before its end, when digests and tree were compared. */
export async function openThrough(
  source: SealedSource,
  facts: Facts,
  unwrap: Unwrap,
  told: { readonly step: Progress["step"]; readonly tell: Tell },
  sink: (chunk: Bytes) => Promise<void>,
): Promise<OpenedFile> {
  const stream = await OpenStream.begin(facts, unwrap, sink);
  try {
    await pour(source, (piece) => stream.write(piece), told);
    return await stream.close();
  } finally {
    stream.abort();
  }
}

interface Out {
  write(chunk: Bytes): Promise<void>;
  finish(): Promise<Blob | undefined>;
  discard(): Promise<void>;
}

function toBlob(): Out {
  const gathered = gather();
  return {
    write: async (chunk) => gathered.add(chunk),
    finish: async () => gathered.blob(),
    discard: async () => {},
  };
}

// The browser writes beside the file, and puts it in its place at close.
async function toHandle(handle: FileSystemFileHandle): Promise<Out> {
  const file = await handle.createWritable();
  const buffer = new Uint8Array(pieceSize);
  let used = 0;
  const flush = async () => {
    await file.write(buffer.subarray(0, used));
    used = 0;
  };
  return {
    write: async (chunk) => {
      if (used + chunk.length > pieceSize) await flush();
      buffer.set(chunk, used);
      used += chunk.length;
    },
    finish: async () => {
      await flush();
      await file.close();
      return undefined;
    },
    discard: () => file.abort().catch(() => {}), // It may be aborted already; the first error is the one to tell.
  };
}

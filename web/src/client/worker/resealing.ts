import { type Bytes, equal, fromUtf8, toHex } from "../../core/bytes";
import { levelsOf } from "../../core/facet/codebook";
import { parseOpening } from "../../core/facet/tree";
import { Fault } from "../../core/fault";
import type { Facet, OldPapers, OldVersion, SealedSource, SealTo } from "../sealer";
import { deidFault, payloadDigest, type Report, type VerifyResult } from "./deid";
import { finishing } from "./deidentify";
import { openThrough } from "./opening";
import { type Bench, checkTarget, type Draft, seal, shownBy } from "./sealing";
import type { Tell } from "./source";

/**
 * Opens the owner's own copy into a new seal: the same plaintext, report and facets. The report must be about what is
 * opened (else a refused Fault `report-of-other`), and the facets make the root that stands on chain (`facets-differ`).
 */
export async function resealCopy(
  bench: Bench,
  copy: SealedSource,
  old: OldVersion,
  to: SealTo,
  papers: OldPapers,
  tell: Tell,
): Promise<Draft> {
  checkTarget(to);
  const report = Uint8Array.from(papers.report);
  const parsed = readReport(report);
  const known = papers.facets && finest(papers.facets);
  if (known) await mustBeRegistered(bench, old, known);
  return seal(bench, to, async (seal) => {
    const unwrap = (header: Uint8Array) => bench.vault.unwrapOwn(header, old);
    const pass = async (sink: (chunk: Bytes) => Promise<void>) => {
      const opened = await openThrough(copy, old, unwrap, { step: "seal", tell }, sink);
      if (toHex(opened.sha256) !== payloadDigest(parsed)) throw new Fault("refused", "report-of-other");
    };
    if (known) {
      await pass((chunk) => seal.write(chunk));
      return { kind: old.kind, report, parsed, facets: known };
    }
    const { facets } = await looked(bench, report, (look) =>
      pass(async (chunk) => {
        await seal.write(chunk);
        await look(chunk);
      }),
    );
    await mustBeRegistered(bench, old, facets);
    return { kind: old.kind, report, parsed, facets };
  });
}

/** Reads the facets of what passes, as the attestor's check does. */
async function looked(
  bench: Bench,
  report: Bytes,
  feed: (look: (chunk: Bytes) => Promise<void>) => Promise<void>,
): Promise<VerifyResult> {
  try {
    const check = await (await bench.library()).verify(report.slice());
    return await finishing(check, () => feed((chunk) => check.write(chunk)));
  } catch (thrown) {
    throw deidFault(thrown);
  }
}

async function mustBeRegistered(bench: Bench, old: OldVersion, facets: readonly Facet[]): Promise<void> {
  const { root } = await bench.vault.facets(old.datasetId, old.version, shownBy(old.kind, facets));
  if (!equal(root, old.facetsRoot)) throw new Fault("refused", "facets-differ");
}

/** The facets of an opening: of each code the finest. */
function finest(opening: Uint8Array): readonly Facet[] {
  return parseOpening(fromUtf8(opening))
    .leaves.filter(({ code, level }) => code !== "" && level === levelsOf(code))
    .map(({ code, value }) => ({ code, value }));
}

/** Reads a report as far as it is needed here; a refused Fault `deid-not-a-report` for anything else. */
function readReport(raw: Uint8Array): Report {
  try {
    const report = JSON.parse(fromUtf8(raw)) as Report;
    if (/^[0-9a-f]{64}$/.test(payloadDigest(report) ?? "") && Array.isArray(report.warnings)) return report;
  } catch {
    // Refused below.
  }
  throw new Fault("refused", "deid-not-a-report");
}

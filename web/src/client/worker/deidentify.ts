import { fromUtf8, randomBytes } from "../../core/bytes";
import { Fault } from "../../core/fault";
import type { Spool } from "../../storage/spool";
import type { DeidOptions, Facet, Inspected } from "../sealer";
import {
  type Dataset,
  defaultProfile,
  deidFault,
  type FileResult,
  kindOf,
  type Library,
  needsKey,
  type OnChunk,
  type Report,
  type Stream,
} from "./deid";
import { Scratch } from "./scratch";
import { pour, type Tell } from "./source";

/** What came of the files of a dataset. */
export interface Written {
  /** Of the whole, as the chain names it, such as `VCF`. */
  readonly kind: string;
  /** The report in canonical JSON, and what it says. */
  readonly report: Uint8Array;
  readonly parsed: Report;
  /** What the files show. */
  readonly facets: readonly Facet[];
}

/** One run over the files of a dataset. */
export interface Run {
  readonly library: Library;
  readonly files: readonly File[];
  readonly options: DeidOptions;
  /** Of the dataset: where names and dates are replaced by it. Overwritten. */
  readonly key: Uint8Array;
  readonly scope: Uint8Array;
  readonly tell: Tell;
}

/** De-identifies files and gives the payload to `sink`: one file as it is, or the archive of several. */
export async function deidentify(run: Run, spool: Spool, sink: OnChunk): Promise<Written> {
  const [file, ...more] = run.files;
  if (file === undefined) throw new Fault("usage", "no-files");
  return within(run, async (dataset) => {
    if (more.length === 0) return written(dataset, [await scrub(run, dataset, file, 0, sink)]);
    const name = `scratch-${crypto.randomUUID()}`;
    const scratch = await Scratch.create(spool, name);
    try {
      const results = await scrubAll(run, dataset, (chunk) => scratch.write(chunk));
      await scratch.finish();
      const archive = await dataset.archive({ onChunk: sink });
      await finishing(archive, () => scratch.read((piece) => archive.write(piece)));
      return await written(dataset, results);
    } finally {
      await spool.remove(name);
    }
  });
}

/** De-identifies files and throws the payload away: a look at what would be found. */
export async function inspect(run: Omit<Run, "key" | "scope">): Promise<Inspected> {
  if (run.files.length === 0) throw new Fault("usage", "no-files");
  // Names and dates are replaced anew when the files are sealed, so that any key and id will do here.
  const drawn = { ...run, key: randomBytes(32), scope: randomBytes(16) };
  return within(drawn, async (dataset) => {
    const { kind, parsed, facets } = await written(dataset, await scrubAll(drawn, dataset, () => {}));
    const { actions, warnings, limits, recheck, payload } = parsed;
    const files = payload.map(({ name, kind, bytes, subjects, records }) => ({ name, kind, bytes, subjects, records }));
    const searched = recheck.reduce((sum, look) => sum + look.searched, 0);
    return { files, actions, facets, warnings, limits, searched, kind };
  });
}

async function within<T>(run: Run, work: (dataset: Dataset) => Promise<T>): Promise<T> {
  const profile = run.options.profile ?? defaultProfile;
  const { sample, allSamples, pixelsReviewed } = run.options;
  try {
    const dataset = await run.library.open({
      ...{ profile, scope: run.scope },
      ...(needsKey(profile) && { key: run.key }),
      ...(sample !== undefined && { sample }),
      ...(allSamples !== undefined && { allSamples }),
      ...(pixelsReviewed !== undefined && { pixelsReviewed }),
    });
    try {
      return await work(dataset);
    } finally {
      await dataset.close();
    }
  } catch (thrown) {
    throw deidFault(thrown);
  } finally {
    run.key.fill(0);
  }
}

async function scrubAll(run: Run, dataset: Dataset, sink: OnChunk): Promise<FileResult[]> {
  const results: FileResult[] = [];
  let before = 0;
  for (const file of run.files) {
    results.push(await scrub(run, dataset, file, before, sink));
    before += file.size;
  }
  return results;
}

async function scrub(run: Run, dataset: Dataset, file: File, before: number, sink: OnChunk): Promise<FileResult> {
  const total = run.files.reduce((sum, { size }) => sum + size, 0);
  const stream = await dataset.file({ size: file.size, onChunk: sink });
  return finishing(stream, () =>
    pour(file, (piece) => stream.write(piece), { step: "de-identify", tell: run.tell, before, total }),
  );
}

/** Closes a stream of the library when its input ended well, and aborts it otherwise. */
export async function finishing<R>(stream: Stream<R>, feed: () => Promise<void>): Promise<R> {
  try {
    await feed();
    return await stream.close();
  } catch (thrown) {
    await stream.abort().catch(() => {}); // It may have ended; the first error is the one to tell.
    throw thrown;
  }
}

async function written(dataset: Dataset, results: readonly FileResult[]): Promise<Written> {
  const report = await dataset.report();
  const parsed = JSON.parse(fromUtf8(report)) as Report;
  const kind = kindOf(results.map((result) => result.dataset_kind));
  return { kind, report, parsed, facets: await dataset.facets() };
}

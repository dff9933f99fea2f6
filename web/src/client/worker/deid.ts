import { Fault } from "../../core/fault";
import type { DeidAction, Facet } from "../sealer";

// The de-identification library (web/wasm/README.md): Go, compiled to WebAssembly. It is loaded when it is needed, from
// this origin, and given back when the worker ends.

/** The library. */
export interface Library {
  open(options: OpenOptions): Promise<Dataset>;
  verify(report: Uint8Array): Promise<Stream<VerifyResult>>;
}

/** How a dataset is begun. */
export interface OpenOptions {
  readonly profile?: string;
  /** It is overwritten. */
  readonly key?: Uint8Array;
  readonly scope?: Uint8Array;
  readonly sample?: string;
  readonly allSamples?: boolean;
  readonly pixelsReviewed?: boolean;
}

/** Takes a chunk of output; the next one waits for the promise. */
export type OnChunk = (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/** The files of one dataset. */
export interface Dataset {
  file(o: { size: number; onChunk: OnChunk }): Promise<Stream<FileResult>>;
  archive(o: { onChunk: OnChunk }): Promise<Stream<ArchiveResult>>;
  /** The report in canonical JSON. */
  report(): Promise<Uint8Array>;
  facets(): Promise<Facet[]>;
  close(): Promise<void>;
}

/** A file on its way through. */
export interface Stream<Result> {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<Result>;
  abort(): Promise<void>;
}

/** What the end of a file gives. */
export interface FileResult {
  readonly entry: ReportEntry;
  readonly dataset_kind: string;
  readonly warnings: string[];
}

/** What the end of an archive gives. */
export interface ArchiveResult {
  readonly sha256: string;
  readonly dataset_kind: string;
}

/** What the end of a check gives. */
export interface VerifyResult {
  readonly ok: boolean;
  readonly report_sha256: string;
  readonly files: readonly {
    readonly name: string;
    readonly findings: readonly { readonly check: string; readonly ok: boolean; readonly detail?: string }[];
  }[];
  readonly facets: readonly Facet[];
}

/** A file as the report has it. */
export interface ReportEntry {
  readonly name: string;
  readonly kind: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly subjects: number;
  readonly records: number;
}

/** The members of a report that the page reads (docs/spec/deid-report.schema.json). */
export interface Report {
  readonly tool: { readonly version: string };
  readonly profile: { readonly id: string; readonly sha256: string; readonly basis: string };
  readonly payload: readonly ReportEntry[];
  readonly archive?: { readonly sha256: string };
  readonly actions: readonly DeidAction[];
  readonly recheck: readonly { readonly searched: number }[];
  readonly warnings: readonly string[];
  readonly limits: readonly string[];
}

/** The digest in hex of what was sealed, by its report. */
export function payloadDigest(report: Report): string | undefined {
  return report.archive?.sha256 ?? (report.payload.length === 1 ? report.payload[0]?.sha256 : undefined);
}

/** Profiles that replace names and dates by a key. */
const keyed: readonly string[] = ["research-shifted"];

/** The profile if none is chosen. */
export const defaultProfile = "safe-harbor-strict";

/** Whether a profile needs a key; others take none. */
export function needsKey(profile: string): boolean {
  return keyed.includes(profile);
}

/** What becomes of a dataset's kinds: the first that one of its files has (docs/spec/sealed-file.md, section 10). */
const kindOrder = [
  ...["GVCF", "VCF", "BAM", "CRAM", "FASTQ", "GENOTYPE_ARRAY"],
  ...["DICOM_STUDY", "FHIR_BUNDLE", "TABULAR"],
];

/** The kind of a dataset whose files have these. */
export function kindOf(kinds: readonly string[]): string {
  return kindOrder.find((kind) => kinds.includes(kind)) ?? "";
}

/** An error of the library as a Fault: what it refuses is `refused` with the code `deid-...`. */
export function deidFault(thrown: unknown): unknown {
  if (thrown instanceof Fault || !(thrown instanceof Error) || thrown.name !== "DeidError") return thrown;
  if (thrown.cause instanceof Fault) return thrown.cause;
  const { code, count } = thrown as Error & { code: string; count: number };
  if (["usage", "aborted", "internal", "output_failed"].includes(code)) {
    return new Fault("internal", `deid-${code.replaceAll("_", "-")}`, { message: thrown.message });
  }
  const reasons = count > 0 ? [String(count)] : [];
  return new Fault("refused", `deid-${code.replaceAll("_", "-")}`, { reasons, message: thrown.message });
}

let loading: Promise<Library> | undefined;

/** Loads the library, once for this worker. Throws an unavailable Fault `deid-unavailable`. */
export function loadLibrary(): Promise<Library> {
  loading ??= load().catch((cause: unknown) => {
    loading = undefined;
    throw new Fault("unavailable", "deid-unavailable", { cause });
  });
  return loading;
}

async function load(): Promise<Library> {
  const at = (name: string) => new URL(`/wasm/${name}`, self.location.origin).href;
  // Not bundled: the module and its two scripts come from one build of Go, and are replaced together.
  await import(/* @vite-ignore */ at("wasm_exec.js"));
  const loader = (await import(/* @vite-ignore */ at("deid.mjs"))) as {
    load(wasm: Promise<Response>): Promise<Library>;
  };
  return loader.load(fetch(at("deid.wasm")));
}

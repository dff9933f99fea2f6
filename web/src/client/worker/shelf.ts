import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Bytes, fromBase64, fromHex, fromUtf8, toBase64, toHex } from "../../core/bytes";
import { mustId } from "../../core/ids";
import { canonicalBytes } from "../../core/jcs";
import { PayloadSchema } from "../../gen/volens/dataset/v1/dataset_pb";
import type { Spool } from "../../storage/spool";
import type { Papers, Sealed, SealTo } from "../sealer";
import type { Notes } from "./notes";
import type { Draft } from "./sealing";

const sealedPrefix = "sealed/";
const papersPrefix = "papers/";

interface Line {
  readonly datasetId: string;
  readonly version: string;
  readonly owner: string;
  readonly random: string;
  readonly payload: string;
  readonly proof: string;
  readonly parts: readonly string[];
  readonly name: string;
  readonly size: number;
  readonly plaintextSha256: string;
  readonly reportSha256: string;
  readonly warnings: readonly string[];
}

/** The sealed files of this device that wait to be sent, and the papers of all that were sealed here. */
export class Shelf {
  readonly #spool: Spool;
  /** Files that are in memory only, by their names in the spool. */
  readonly #loose = new Map<string, Blob>();

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Puts a draft on the shelf. */
  async put(notes: Notes, draft: Draft, to: SealTo): Promise<Sealed> {
    const key = keyOf(to.datasetId, to.version);
    const { report, facets } = draft.papers;
    const payload = create(PayloadSchema, {
      ...draft.payload,
      gateways: draft.payload.gateways.map((part) => ({ ...part })),
    });
    const line: Line = {
      ...{ datasetId: to.datasetId, version: String(to.version), owner: to.owner, random: toHex(to.random) },
      ...{ payload: toBase64(toBinary(PayloadSchema, payload)), proof: toHex(draft.proof), name: draft.name },
      ...{ parts: draft.parts.map(toBase64), size: draft.file.size, plaintextSha256: draft.plaintextSha256 },
      ...{ reportSha256: draft.reportSha256, warnings: draft.warnings },
    };
    if (!draft.durable) this.#loose.set(draft.name, draft.file);
    const before = await this.#line(notes, key);
    await notes.put(papersPrefix + key, canonicalBytes({ report: toBase64(report), facets: toBase64(facets) }));
    await notes.put(sealedPrefix + key, canonicalBytes(line));
    if (before) await this.#remove(before.name);
    return sealedOf(line, draft.file, draft.durable);
  }

  /** A sealed file with what belongs to it; nothing if it is not here, or not whole. */
  async get(notes: Notes, datasetId: string, version: bigint): Promise<Sealed | undefined> {
    const line = await this.#line(notes, keyOf(datasetId, version));
    if (line === undefined) return undefined;
    const loose = this.#loose.get(line.name);
    const file = loose ?? (await this.#spool.open(line.name));
    return file?.size === line.size ? sealedOf(line, file, loose === undefined) : undefined;
  }

  /** All sealed files that are here. */
  async all(notes: Notes): Promise<Sealed[]> {
    const names = await notes.names(sealedPrefix);
    const lines = await Promise.all(names.map((name) => this.#line(notes, name.slice(sealedPrefix.length))));
    const found = await Promise.all(lines.map((line) => line && this.get(notes, line.datasetId, BigInt(line.version))));
    return found.filter((sealed) => sealed !== undefined);
  }

  /** Removes a sealed file; its papers stay. */
  async discard(notes: Notes, datasetId: string, version: bigint): Promise<void> {
    const key = keyOf(datasetId, version);
    const line = await this.#line(notes, key);
    await notes.delete(sealedPrefix + key);
    if (line) await this.#remove(line.name);
  }

  /** The report and the opening of the facets of a version that was sealed here. */
  async papers(notes: Notes, datasetId: string, version: bigint): Promise<Papers | undefined> {
    const raw = await notes.get(papersPrefix + keyOf(datasetId, version));
    if (raw === undefined) return undefined;
    const { report, facets } = JSON.parse(fromUtf8(raw)) as Record<"report" | "facets", string>;
    return { report: fromBase64(report), facets: fromBase64(facets) };
  }

  /** Removes every sealed file. */
  async clear(): Promise<void> {
    this.#loose.clear();
    await this.#spool.keep([]);
  }

  /** Removes from the spool what a crash left behind. */
  async tidy(notes: Notes): Promise<void> {
    const names = await notes.names(sealedPrefix);
    const lines = await Promise.all(names.map((name) => this.#line(notes, name.slice(sealedPrefix.length))));
    await this.#spool.keep(lines.flatMap((line) => (line ? [line.name] : [])));
  }

  async #line(notes: Notes, key: string): Promise<Line | undefined> {
    const raw = await notes.get(sealedPrefix + key);
    return raw && (JSON.parse(fromUtf8(raw)) as Line);
  }

  async #remove(name: string): Promise<void> {
    this.#loose.delete(name);
    await this.#spool.remove(name);
  }
}

function sealedOf(line: Line, file: Blob, durable: boolean): Sealed {
  return {
    ...{ datasetId: line.datasetId, version: BigInt(line.version), owner: line.owner, random: fromHex(line.random) },
    payload: fromBinary(PayloadSchema, fromBase64(line.payload)),
    proof: fromHex(line.proof),
    parts: line.parts.map((part): Bytes => fromBase64(part)),
    ...{ file, durable, plaintextSha256: line.plaintextSha256, reportSha256: line.reportSha256 },
    warnings: line.warnings,
  };
}

function keyOf(datasetId: string, version: bigint): string {
  return `${mustId(datasetId)}-v${version}`;
}

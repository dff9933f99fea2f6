import type { Bytes } from "../core/bytes";
import type { Payload } from "../gen/volens/dataset/v1/dataset_pb";
import type { CommitteeKey } from "./vault";

/**
 * The sealer: a worker of the vault's own that de-identifies, seals and opens files. Plaintext never leaves it but as
 * the file that a researcher saves. It works while the vault is open, and one call at a time; a second one waits.
 *
 * Every method may throw a Fault. What the de-identification refuses is `refused` with the code `deid-` and the code of
 * web/wasm/README.md with hyphens, such as `deid-several-persons`; `reasons` holds the count where there is one.
 */
export interface Sealer {
  /**
   * The first step: de-identifies the files and throws the result away, so that the person sees what would be found
   * and removed before anything is sealed. Nothing is kept or sent.
   */
  inspect(files: readonly File[], options: DeidOptions, watch?: Watch): Promise<Inspected>;
  /**
   * The second step: de-identifies and seals in one pass, into the private file system of this origin where there is
   * one, and makes everything that a registration needs. The result survives a reload: see {@link Sealer.sealed}.
   */
  seal(files: readonly File[], options: DeidOptions, to: SealTo, watch?: Watch): Promise<Sealed>;
  /**
   * Seals a dataset anew from the owner's own sealed copy: new file key, capsule and halves, the same plaintext. The report
   * is that of the version before, and must be about what is opened; the facets must make the root that stands on chain.
   * Without the facets (see {@link Sealer.papers}) they are read from what is opened.
   */
  reseal(copy: SealedSource, old: OldVersion, to: SealTo, papers: OldPapers, watch?: Watch): Promise<Sealed>;
  /** What was sealed on this device and is not discarded: by dataset and version, or nothing. */
  sealed(datasetId: string, version: bigint): Promise<Sealed | undefined>;
  /** All that is sealed here and waits to be sent. */
  waiting(): Promise<readonly Sealed[]>;
  /** Removes the sealed file of a version from this device, when the gateways hold it. Report and facets stay. */
  discard(datasetId: string, version: bigint): Promise<void>;
  /**
   * The report and the opened facets of a version that was sealed here: what the owner hands to an attestor. With a
   * `recipient`, the delivery key that the organisation put on chain when it accepted the inspection, the facets are an age
   * file that only it opens: hand them over so, and never in plain.
   */
  papers(datasetId: string, version: bigint, recipient?: string): Promise<Papers | undefined>;

  /**
   * Opens a released file and checks it against the chain: header first, digest and tree at the end. With `to`, the
   * file is written there and appears only when it is whole; without, the result is a Blob.
   */
  open(source: SealedSource, released: Released, to?: FileSystemFileHandle, watch?: Watch): Promise<Opened>;
  /** Opens the patient's own file with her own key. */
  openOwn(source: SealedSource, facts: Facts, to?: FileSystemFileHandle, watch?: Watch): Promise<Opened>;
  /** An attestor's look: opens as {@link Sealer.open} does, re-runs every check on what is inside, writes nothing. */
  judge(source: SealedSource, released: Released, papers: Papers, watch?: Watch): Promise<Verdict>;
  /** The text of an age identity for `age-plugin-volens`: the key of this one file. Handle it as the file. */
  identity(released: Released): Promise<string>;
}

/** Called on the page as work goes on. */
export type Watch = (progress: Progress) => void;

/** How far a pass is, in bytes of its source. `step` is the i18n key of what is being done. */
export interface Progress {
  readonly step: "load" | "de-identify" | "seal" | "open" | "check";
  readonly done: number;
  /** 0 when it is not known. */
  readonly total: number;
}

/** How files are de-identified; see web/wasm/README.md. */
export interface DeidOptions {
  /** `safe-harbor-strict` if not given. */
  readonly profile?: string;
  /** Chooses one sample of several. */
  readonly sample?: string;
  /** A custodian's right to all samples. */
  readonly allSamples?: boolean;
  /** The patient's word that a person looked at the pictures and found no one named in them. */
  readonly pixelsReviewed?: boolean;
}

/** A coded value that the files show. */
export interface Facet {
  readonly code: string;
  readonly value: string;
}

/** What the de-identification found and did. */
export interface Inspected {
  readonly files: readonly InspectedFile[];
  /** Rules that were applied, and how often, over all files. */
  readonly actions: readonly DeidAction[];
  readonly facets: readonly Facet[];
  /** Stable texts of the library: what the person should know. */
  readonly warnings: readonly string[];
  /** What the report says it does not promise. */
  readonly limits: readonly string[];
  /** Sum over the files: distinct original values that were searched for in the result, and not found. */
  readonly searched: number;
  /** Kind on chain of the whole, such as `VCF`. */
  readonly kind: string;
}

/** One file of the result. `name` is made by the library, never the file's own. */
export interface InspectedFile {
  readonly name: string;
  readonly kind: string;
  readonly bytes: number;
  readonly subjects: number;
  readonly records: number;
}

/** A rule and how often it was applied: `deid.report` explains the names. */
export interface DeidAction {
  readonly format: string;
  readonly rule: string;
  readonly action: string;
  readonly count: number;
}

/** A gateway that will hold a part of the second half. */
export interface GatewayTarget {
  /** Bech32. */
  readonly address: string;
  /** `age1pq1...`, proven on chain. */
  readonly recipient: string;
}

/** To whom, and as what, files are sealed. */
export interface SealTo {
  readonly key: CommitteeKey;
  /** Bech32 address of the dataset's own account. */
  readonly owner: string;
  /** The dataset's id in hex: `datasetId` of core/ids.ts from owner and the 16 random bytes. */
  readonly datasetId: string;
  /** The 16 bytes of MsgRegisterDataset.random; empty for a later version. */
  readonly random: Uint8Array;
  /** 1 for a new dataset. */
  readonly version: bigint;
  /** In the order of the message; 1 to 16. */
  readonly gateways: readonly GatewayTarget[];
  /** How many of them open the dataset. */
  readonly threshold: number;
}

/** A sealed file and everything of MsgRegisterDataset or MsgReplacePayload. */
export interface Sealed {
  readonly datasetId: string;
  readonly version: bigint;
  readonly owner: string;
  readonly random: Bytes;
  readonly payload: Payload;
  /** Proof2("capsule"), 128 bytes. */
  readonly proof: Bytes;
  /** For each gateway its part, sealed to it: the body of `PUT /v1/datasets/{id}/half`. */
  readonly parts: readonly Bytes[];
  /** The sealed file. A slice of it can be sent as it is. */
  readonly file: Blob;
  /** Whether the file survives a reload. */
  readonly durable: boolean;
  /** Digest of the payload that was sealed, in hex; the report names the same. */
  readonly plaintextSha256: string;
  /** SHA-256 of the report, in hex. */
  readonly reportSha256: string;
  readonly warnings: readonly string[];
}

/** What an owner hands to an attestor, and the second to nobody else. */
export interface Papers {
  /** The report in canonical JSON. */
  readonly report: Bytes;
  /** The opening of the facets: JSON, or an age file with it. */
  readonly facets: Bytes;
}

/** Where a sealed file comes from: a Blob, or its bytes as they arrive. */
export type SealedSource = Blob | ReadableStream<Uint8Array>;

/** What the chain registered about a sealed file; every digest and U have 32 bytes. */
export interface Facts {
  readonly keyId: bigint;
  /** In hex. */
  readonly datasetId: string;
  readonly u: Uint8Array;
  readonly bodySha256: Uint8Array;
  readonly sha256: Uint8Array;
  readonly treeRoot: Uint8Array;
}

/** A version that is sealed anew, as the chain has it. */
export interface OldVersion extends Facts {
  readonly version: bigint;
  /** Kind on chain, such as `VCF`. */
  readonly kind: string;
  readonly facetsRoot: Uint8Array;
}

/** What an owner has of a version's papers: the report at least. */
export type OldPapers = Pick<Papers, "report"> & Partial<Papers>;

/** A released seat: what the chain published, and what the gateways handed over. */
export interface Released {
  readonly key: CommitteeKey;
  readonly liveChain: string;
  /** Of the request or the inspection, in hex. */
  readonly requestId: string;
  readonly seat: bigint;
  /** What the committee published, 32 bytes. */
  readonly s: Uint8Array;
  readonly facts: Facts;
  /** Version of the payload that was released, and its kind on chain. */
  readonly version: bigint;
  readonly kind: string;
  readonly facetsRoot: Uint8Array;
  /** How many parts are needed, and each gateway's commitment in the payload's order. */
  readonly threshold: number;
  readonly commitments: readonly Uint8Array[];
  /** Parts as the gateways sent them, sealed to the delivery key; `place` counts from 0 in the payload's order. */
  readonly parts: readonly { readonly place: number; readonly sealed: Uint8Array }[];
}

/** A file that was opened and is what the chain registered. */
export interface Opened {
  readonly size: number;
  /** Digest of what was opened, in hex. */
  readonly sha256: string;
  /** By what the file is, such as `.vcf.gz`. */
  readonly extension: string;
  /** The file, when no handle was given. */
  readonly file?: Blob;
}

/** What the checks of an attestor found. */
export interface Verdict {
  readonly ok: boolean;
  /** Id, digest in hex and basis of the profile that the report names. */
  readonly profile: { readonly id: string; readonly sha256: string; readonly basis: string };
  readonly toolVersion: string;
  /** SHA-256 of the owner's report, and of the findings (for a refusal), in hex. */
  readonly reportSha256: string;
  readonly findingsSha256: string;
  readonly findings: readonly Finding[];
}

/** One check on one file. `detail` never holds a value of the file. */
export interface Finding {
  readonly file: string;
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

import { sha256 } from "@noble/hashes/sha2.js";
import { parseAddress } from "../../core/address";
import { type Bytes, randomBytes, toHex, wipe } from "../../core/bytes";
import { sealTo } from "../../core/envelope/header";
import { type SealedFile, SealStream } from "../../core/envelope/seal";
import type { Facet } from "../../core/facet/codebook";
import { Fault } from "../../core/fault";
import { checkThreshold, commitPart, gateBytes, halfSize, split } from "../../core/gate";
import { parseId } from "../../core/ids";
import { sizeBucket } from "../../core/sizeBucket";
import { Key } from "../../core/threshold/key";
import { Kind } from "../../gen/volens/dataset/v1/dataset_pb";
import type { Spool } from "../../storage/spool";
import type { DeidOptions, Facts, Papers, SealTo } from "../sealer";
import { type Library, payloadDigest } from "./deid";
import { deidentify, type Written } from "./deidentify";
import type { FacetPapers } from "./peer";
import type { Tell } from "./source";

/** What the sealer asks the vault, each for one file (see Peer). */
export interface Asked {
  pseudonymKey(datasetId: string): Promise<Bytes>;
  patientRecipient(datasetId: string): Promise<string>;
  facets(datasetId: string, version: bigint, facets: readonly Facet[]): Promise<FacetPapers>;
  unwrapOwn(header: Uint8Array, facts: Facts): Promise<Bytes>;
}

/** The members of a Payload, as they cross between workers. */
export interface PayloadFields {
  readonly keyId: bigint;
  readonly kind: Kind;
  readonly sizeBucket: bigint;
  readonly sha256: Bytes;
  readonly treeRoot: Bytes;
  readonly u: Bytes;
  readonly bodySha256: Bytes;
  readonly gateways: readonly { readonly gateway: string; readonly commitment: Bytes }[];
  readonly threshold: number;
  readonly facetsRoot: Bytes;
}

/** A sealed file before it is put on the shelf. */
export interface Draft {
  readonly payload: PayloadFields;
  readonly proof: Bytes;
  readonly parts: readonly Bytes[];
  readonly file: Blob;
  /** Its name in the spool. */
  readonly name: string;
  readonly durable: boolean;
  readonly plaintextSha256: string;
  readonly reportSha256: string;
  readonly warnings: readonly string[];
  readonly papers: Papers;
}

/** What surrounds the work of a sealer. */
export interface Bench {
  readonly library: () => Promise<Library>;
  readonly spool: Spool;
  readonly vault: Asked;
}

/** De-identifies files and seals them in one pass: the plaintext is nowhere but on its way. */
export async function sealFiles(
  bench: Bench,
  files: readonly File[],
  options: DeidOptions,
  to: SealTo,
  tell: Tell,
): Promise<Draft> {
  checkTarget(to);
  const library = await bench.library();
  const key = await bench.vault.pseudonymKey(to.datasetId);
  const run = { library, files, options, key, scope: parseId(to.datasetId), tell };
  return seal(bench, to, (seal) => deidentify(run, bench.spool, (chunk) => seal.write(chunk)));
}

/** Seals what `write` gives, for whatever `to` says: everything of a registration. */
export async function seal(bench: Bench, to: SealTo, write: (seal: SealStream) => Promise<Written>): Promise<Draft> {
  const key = new Key(to.key.originChain, to.key.keyId, to.key.y);
  const patient = await bench.vault.patientRecipient(to.datasetId);
  const half = randomBytes(halfSize);
  const name = `sealed-${crypto.randomUUID()}`;
  const spooled = await bench.spool.create(name);
  let stream: SealStream | undefined;
  let ended = false;
  try {
    stream = await SealStream.begin({ key, datasetId: to.datasetId, half, patient }, (chunk) => spooled.write(chunk));
    const written = await write(stream);
    const sealed = await stream.close();
    if (toHex(sealed.plaintextSha256) !== payloadDigest(written.parsed))
      throw new Fault("integrity", "not-what-was-read");
    const file = await spooled.finish();
    ended = true;
    if (file.size !== sealed.size) throw new Fault("integrity", "not-what-was-sealed");
    return { ...(await register(bench, to, sealed, half, written)), file, name, durable: bench.spool.durable };
  } catch (thrown) {
    await (ended ? bench.spool.remove(name) : spooled.discard());
    throw thrown;
  } finally {
    stream?.abort();
    wipe(half);
  }
}

/** Splits the gateways' half, seals its parts, and proves the capsule: everything of the registration. */
async function register(
  bench: Bench,
  to: SealTo,
  sealed: SealedFile,
  half: Uint8Array,
  { kind, report, parsed, facets }: Written,
): Promise<Omit<Draft, "file" | "name" | "durable">> {
  const tree = await bench.vault.facets(to.datasetId, to.version, shownBy(kind, facets));
  const parts: Bytes[] = [];
  const gateways: { gateway: string; commitment: Bytes }[] = [];
  for (const [i, part] of split(half, to.gateways.length, to.threshold).entries()) {
    const target = to.gateways[i];
    if (target === undefined) throw new Fault("internal", "no-gateway");
    gateways.push({ gateway: target.address, commitment: commitPart(to.datasetId, to.version, i + 1, part) });
    parts.push(await sealTo(target.recipient, part));
    wipe(part);
  }
  const gate = gateBytes(
    to.threshold,
    gateways.map(({ gateway, commitment }) => ({ gateway: parseAddress(gateway), commitment })),
  );
  const owner = parseAddress(to.owner);
  const proof = sealed.capsule.prove({ ...sealed, owner, version: to.version, gate, facetsRoot: tree.root });
  sealed.capsule.zero();
  const { keyId, treeRoot, u, bodySha256 } = sealed;
  const payload = {
    ...{ keyId, kind: kindNumber(kind), sizeBucket: sizeBucket(BigInt(sealed.size)) },
    ...{ sha256: Uint8Array.from(sealed.sha256), treeRoot: Uint8Array.from(treeRoot), u: Uint8Array.from(u) },
    ...{ bodySha256: Uint8Array.from(bodySha256), gateways, threshold: to.threshold, facetsRoot: tree.root },
  };
  return {
    ...{ payload, proof, parts, warnings: parsed.warnings },
    plaintextSha256: toHex(sealed.plaintextSha256),
    reportSha256: toHex(sha256(report)),
    papers: { report: Uint8Array.from(report), facets: tree.opening },
  };
}

/** What a version shows: its facets, and of which kind it is. */
export function shownBy(kind: string, facets: readonly Facet[]): readonly Facet[] {
  return [...facets.filter(({ code }) => code !== "data_type"), { code: "data_type", value: kind }];
}

/** Refuses what the chain would, before anything long begins. */
export function checkTarget(to: SealTo): void {
  checkThreshold(to.gateways.length, to.threshold);
  for (const { address, recipient } of to.gateways) {
    parseAddress(address);
    if (!recipient.startsWith("age1pq1")) throw new Fault("usage", "classical-recipient");
  }
  parseAddress(to.owner);
  if (/^0*$/.test(to.datasetId) || to.version < 1n) throw new Fault("usage", "bad-id");
}

function kindNumber(kind: string): Kind {
  const number = Kind[kind as keyof typeof Kind];
  if (typeof number !== "number" || number === Kind.UNSPECIFIED) throw new Fault("refused", "deid-not-this-format");
  return number;
}

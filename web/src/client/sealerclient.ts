import { create } from "@bufbuild/protobuf";
import { type Payload, PayloadSchema } from "../gen/volens/dataset/v1/dataset_pb";
import type {
  DeidOptions,
  Facts,
  Inspected,
  OldPapers,
  OldVersion,
  Opened,
  Papers,
  Progress,
  Released,
  Sealed,
  SealedSource,
  Sealer,
  SealTo,
  Verdict,
  Watch,
} from "./sealer";
import type { Client } from "./worker/rpc";

/** The page's end of the sealer, behind the vault. */
export class SealerClient implements Sealer {
  readonly #worker: Client;

  constructor(worker: Client) {
    this.#worker = worker;
  }

  inspect(files: readonly File[], options: DeidOptions, watch?: Watch): Promise<Inspected> {
    return this.#call("inspect", [files, options], watch);
  }

  async seal(files: readonly File[], options: DeidOptions, to: SealTo, watch?: Watch): Promise<Sealed> {
    return whole(await this.#call<Sealed>("seal", [files, options, to], watch));
  }

  async reseal(copy: SealedSource, old: OldVersion, to: SealTo, papers: OldPapers, watch?: Watch): Promise<Sealed> {
    return whole(await this.#call<Sealed>("reseal", [await movable(copy), old, to, papers], watch));
  }

  async sealed(datasetId: string, version: bigint): Promise<Sealed | undefined> {
    const found = await this.#call<Sealed | undefined>("sealed", [datasetId, version]);
    return found && whole(found);
  }

  async waiting(): Promise<readonly Sealed[]> {
    return (await this.#call<readonly Sealed[]>("waiting", [])).map(whole);
  }

  discard(datasetId: string, version: bigint): Promise<void> {
    return this.#call("discard", [datasetId, version]);
  }

  papers(datasetId: string, version: bigint, recipient?: string): Promise<Papers | undefined> {
    return this.#call("papers", [datasetId, version, recipient]);
  }

  async open(source: SealedSource, released: Released, to?: FileSystemFileHandle, watch?: Watch): Promise<Opened> {
    return this.#call("open", [await movable(source), released, to], watch);
  }

  async openOwn(source: SealedSource, facts: Facts, to?: FileSystemFileHandle, watch?: Watch): Promise<Opened> {
    return this.#call("openOwn", [await movable(source), facts, to], watch);
  }

  async judge(source: SealedSource, released: Released, papers: Papers, watch?: Watch): Promise<Verdict> {
    return this.#call("judge", [await movable(source), released, papers], watch);
  }

  identity(released: Released): Promise<string> {
    return this.#call("identity", [released]);
  }

  #call<T>(method: string, args: readonly unknown[], watch?: Watch): Promise<T> {
    return this.#worker.call<T>(method, args, { watch: watch && ((news) => watch(news as Progress)) });
  }
}

// A message loses what makes a Payload of its members.
function whole(sealed: Sealed): Sealed {
  const { $typeName: _, $unknown: __, ...fields } = sealed.payload as Payload & { $unknown?: unknown };
  const gateways = fields.gateways.map(({ gateway, commitment }) => ({ gateway, commitment }));
  return { ...sealed, payload: create(PayloadSchema, { ...fields, gateways }) };
}

let streamsMove: boolean | undefined;

// Where a browser cannot hand a stream to a worker, its bytes are gathered first.
async function movable(source: SealedSource): Promise<SealedSource> {
  if (source instanceof Blob) return source;
  streamsMove ??= canMoveStreams();
  return streamsMove ? source : new Response(source as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
}

function canMoveStreams(): boolean {
  const stream = new ReadableStream();
  try {
    structuredClone(stream, { transfer: [stream] });
    return true;
  } catch {
    return false;
  }
}

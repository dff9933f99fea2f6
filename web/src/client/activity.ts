/** Who opened a dataset: everything that ever left the committee for it. Twin of Go's `audit.go`. */
import type { Node } from "../chain/node";
import { pages } from "../chain/query";
import { type Emission, JobKind, type Release } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { orAbsent } from "./committee";

/** An opening of a dataset: for research, or for the check by an organisation. */
export interface Opening {
  readonly emission: Emission;
  /** Present when the key was handed over; it is then that the reader could open the dataset. */
  readonly release: Release | undefined;
}

/** All openings of a dataset, the newest first: the node's word, to be held against {@link provenCounts}. */
export async function openings(node: Node, datasetId: string): Promise<Opening[]> {
  const found = (await orAbsent(all(node, datasetId))) ?? [];
  return found.sort((a, b) => Number(b.emission.height - a.emission.height));
}

async function all(node: Node, datasetId: string): Promise<Opening[]> {
  const found: Opening[] = [];
  for await (const { emissions, releases } of pages(node, CustodyQuery.method.audit, { datasetId })) {
    for (const emission of emissions) {
      const { requestId, seat } = emission;
      found.push({ emission, release: releases.find((one) => one.requestId === requestId && one.seat === seat) });
    }
  }
  return found;
}

/** How often a dataset was opened, as proven against a verified header. */
export interface ProvenCounts {
  /** For research: how often the key went out to a researcher. 0 is a proof that it never did. */
  readonly released: bigint;
  /** For checks by organisations. */
  readonly inspected: bigint;
  /** The state that both counts are of, and its block's header. */
  readonly height: bigint;
  readonly time: number;
}

/**
 * Whether a list of openings that are proven, each, is as long as what is proven of their number: a node cannot hide one
 * from the counts, nor tell of one twice.
 */
export function matches(counts: ProvenCounts, list: readonly Opening[]): boolean {
  const listed = (kind: JobKind) => {
    const some = list.filter(({ emission }) => emission.kind === kind);
    return BigInt(new Set(some.map(({ emission }) => `${emission.requestId} ${emission.seat}`)).size);
  };
  return listed(JobKind.RELEASE) >= counts.released && listed(JobKind.INSPECTION) >= counts.inspected;
}

import { attested, type Offer, permissionOf } from "../../client/catalogue";
import { Kind } from "../../gen/volens/dataset/v1/dataset_pb";
import type { CatalogueSearch, KindName } from "./search";

/** What the rules say about an offer: whether it may be asked for, and why not. */
export interface Suits {
  readonly verdict: "ALLOW" | "REFER" | "DENY";
  readonly reasons: readonly string[];
}

/** The offers that fit the search, in its order. `suits` is there when a draft was chosen. */
export function filtered(
  offers: readonly Offer[],
  search: CatalogueSearch,
  now: number,
  suits?: ReadonlyMap<string, Suits>,
): Offer[] {
  const fits = (offer: Offer) =>
    (search.kind.length === 0 || search.kind.includes(kindOf(offer))) &&
    (search.permission.length === 0 || search.permission.some((name) => name === permissionOf(offer))) &&
    (!search.attested || attested(offer, now)) &&
    suits?.get(offer.dataset.id)?.verdict !== "DENY";
  return offers.filter(fits).sort(comparisons[search.order]);
}

/** The kind of an offer by the name of the chain. */
export function kindOf(offer: Offer): KindName {
  return Kind[offer.dataset.payload?.kind ?? Kind.TABULAR] as KindName;
}

/** The size of an offer's sealed file, rounded up, in bytes. */
export function sizeOf(offer: Offer): bigint {
  return offer.dataset.payload?.sizeBucket ?? 0n;
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

const comparisons: Readonly<Record<CatalogueSearch["order"], (a: Offer, b: Offer) => number>> = {
  newest: (a, b) => compare(b.dataset.height, a.dataset.height),
  largest: (a, b) => compare(sizeOf(b), sizeOf(a)),
  smallest: (a, b) => compare(sizeOf(a), sizeOf(b)),
};

/** One cell of the catalogue's figure. */
export interface Cell {
  readonly kind: KindName;
  readonly permission: string;
  readonly count: number;
}

/** How many offers there are of each kind and permission. Those without a consent count under "none". */
export function counted(offers: readonly Offer[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const offer of offers) {
    const kind = kindOf(offer);
    const permission = permissionOf(offer) ?? "none";
    const key = `${kind} ${permission}`;
    cells.set(key, { kind, permission, count: (cells.get(key)?.count ?? 0) + 1 });
  }
  return [...cells.values()].sort((a, b) => a.kind.localeCompare(b.kind) || a.permission.localeCompare(b.permission));
}

/** How many rows stand on a page of the catalogue. */
export const rowsAPage = 25;

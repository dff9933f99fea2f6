import { z } from "zod";
import { permissionNames } from "../../core/duo/term";
import { isId } from "../../core/ids";
import { Kind } from "../../gen/volens/dataset/v1/dataset_pb";

/** A kind of dataset by the name of the chain. */
export type KindName = Exclude<keyof typeof Kind, "UNSPECIFIED">;

/** The kinds of datasets by the names of the chain. */
export const kindNames = Object.keys(Kind).filter(
  (name): name is KindName => !/^\d+$/.test(name) && name !== "UNSPECIFIED",
);

/** Orders of the catalogue. */
export const orders = ["newest", "largest", "smallest"] as const;

function list<T extends string>(names: readonly T[]) {
  const one = z.enum(names);
  return z
    .union([z.array(one), one.transform((name) => [name])])
    .catch([])
    .default([]);
}

/** What the catalogue shows, as it stands in the address of the page. What makes no sense is left out. */
export const catalogueSearch = z.object({
  kind: list(kindNames),
  permission: list(permissionNames),
  /** Only what the rules allow for this draft; a draft's name, empty for all. */
  draft: z
    .string()
    .refine((text) => text === "" || isId(text))
    .catch("")
    .default(""),
  /** Only what an organisation vouches for. */
  attested: z.boolean().catch(false).default(false),
  order: z.enum(orders).catch("newest").default("newest"),
  page: z.coerce.number().int().min(1).catch(1).default(1),
});

/** The search parameters of the catalogue. */
export type CatalogueSearch = z.infer<typeof catalogueSearch>;

/** The parameters that stand in the address: those that are not what they are without being named. */
export function tidy(search: CatalogueSearch): Partial<CatalogueSearch> {
  const plain = catalogueSearch.parse({});
  const changed = Object.entries(search).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(plain[name as keyof CatalogueSearch]),
  );
  return Object.fromEntries(changed);
}

/** DUO's terms that a policy may use (EBISPOT/DUO, release 2021-02-23) by their short names. */
export const terms = {
  NRES: "DUO:0000004",
  GRU: "DUO:0000042",
  HMB: "DUO:0000006",
  DS: "DUO:0000007",
  POA: "DUO:0000011",
  RS: "DUO:0000012",
  NMDS: "DUO:0000015",
  GSO: "DUO:0000016",
  NPUNCU: "DUO:0000018",
  PUB: "DUO:0000019",
  COL: "DUO:0000020",
  IRB: "DUO:0000021",
  GS: "DUO:0000022",
  MOR: "DUO:0000024",
  TS: "DUO:0000025",
  US: "DUO:0000026",
  PS: "DUO:0000027",
  IS: "DUO:0000028",
  RTN: "DUO:0000029",
  CC: "DUO:0000043",
  NPOA: "DUO:0000044",
  NPU: "DUO:0000045",
  NCU: "DUO:0000046",
} as const;

/** The short name of a term. */
export type ShortName = keyof typeof terms;

/** The permissions, of which a policy has exactly one, the widest first. */
export const permissionNames = ["NRES", "GRU", "HMB", "DS", "POA"] as const;

const shortNames = new Map<string, ShortName>(Object.entries(terms).map(([name, term]) => [term, name as ShortName]));

/** The short name of a term that a policy may use; undefined for any other. */
export function shortName(term: string): ShortName | undefined {
  return shortNames.get(term);
}

/** Whether a term is a permission. */
export function isPermission(term: string): boolean {
  return permissionNames.some((name) => terms[name] === term);
}

/** Whether a term modifies a permission. */
export function isModifier(term: string): boolean {
  return shortNames.has(term) && !isPermission(term);
}

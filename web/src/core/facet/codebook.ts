import { Fault } from "../fault";
import { continents } from "./countries";

// The grids of docs/spec/facets.md, as Go's core/facet/codebook.go.

/** The name of this version of the grids. */
export const codebook = "volens-facets/2";

/** A value on the finest level of a grid. */
export interface Facet {
  readonly code: string;
  readonly value: string;
}

/** The codes that no payload shows: they stand by the owner's word. */
export const declaredCodes: readonly string[] = ["ancestry"];

/** The number of levels of a grid; 0 for an unknown code. */
export function levelsOf(code: string): number {
  return grids.get(code)?.levels ?? 0;
}

/**
 * A facet's value on every level of its grid, the coarsest first and the value itself last. Throws a usage Fault
 * `bad-facet` for what is on no grid.
 */
export function generalise(facet: Facet): readonly string[] {
  const coarser = grids.get(facet.code)?.up(facet.value);
  if (coarser === undefined) throw new Fault("usage", "bad-facet");
  return [...coarser, facet.value];
}

interface Grid {
  readonly levels: number;
  /** The value's place on each coarser level, or nothing if it is not on the grid. */
  readonly up: (value: string) => readonly string[] | undefined;
}

function oneOf(words: string): Grid {
  const values = new Set(words.split(" "));
  return { levels: 1, up: (value) => (values.has(value) ? [] : undefined) };
}

function grouped(groups: Readonly<Record<string, string>>): Grid {
  const group = new Map<string, string>();
  for (const [name, members] of Object.entries(groups)) {
    for (const member of members.split(" ")) group.set(member, name);
  }
  return {
    levels: 2,
    up: (value) => {
      const name = group.get(value);
      return name === undefined ? undefined : [name];
    },
  };
}

const dataTypes = {
  variants: "VCF GVCF GENOTYPE_ARRAY",
  reads: "BAM CRAM FASTQ",
  images: "DICOM_STUDY",
  records: "FHIR_BUNDLE TABULAR",
};

const ageBands = { "under-20": "0-19", "20-up": "20-39 40-59 60-79 80-up" };

// The last codes of the chapters of ICD-10 in their order (WHO, version 2019); U stands where the alphabet has it.
const chapters: readonly (readonly [last: string, name: string])[] = [
  ["B99", "I"],
  ["D48", "II"],
  ["D89", "III"],
  ["E90", "IV"],
  ["F99", "V"],
  ["G99", "VI"],
  ["H59", "VII"],
  ["H95", "VIII"],
  ["I99", "IX"],
  ["J99", "X"],
  ["K93", "XI"],
  ["L99", "XII"],
  ["M99", "XIII"],
  ["N99", "XIV"],
  ["O99", "XV"],
  ["P96", "XVI"],
  ["Q99", "XVII"],
  ["R99", "XVIII"],
  ["T98", "XIX"],
  ["U99", "XXII"],
  ["Y98", "XX"],
  ["Z99", "XXI"],
];

function icd10(value: string): readonly string[] | undefined {
  if (!/^[A-Z][0-9][0-9]$/.test(value)) return undefined;
  const chapter = chapters.find(([last]) => value <= last);
  return chapter && [chapter[1]];
}

const grids: ReadonlyMap<string, Grid> = new Map([
  ["data_type", grouped(dataTypes)],
  ["assembly", oneOf("NCBI36 GRCh37 GRCh38 T2T-CHM13")],
  ["assay", oneOf("genome exome panel")],
  ["modality", oneOf("CR CT DX ECG IO MG MR NM OP OPT PT RF SM US XA")],
  ["body_part", oneOf("HEAD NECK CHEST HEART BREAST ABDOMEN PELVIS SPINE LIMB WHOLEBODY")],
  ["images", oneOf("1 2-31 32-255 256-up")],
  ["slice_thickness", oneOf("to-1 1-3 3-5 5-up")],
  ["contrast", oneOf("yes")],
  ["observation", oneOf("activity exam imaging laboratory procedure social-history survey therapy vital-signs")],
  ["condition", { levels: 2, up: icd10 }],
  ["sex", oneOf("female male other")],
  ["age_band", grouped(ageBands)],
  ["country", grouped(continents)],
  ["ancestry", oneOf("AFR AMR EAS EUR SAS")],
]);

/** Every code of the codebook. */
export const codes: readonly string[] = [...grids.keys()];

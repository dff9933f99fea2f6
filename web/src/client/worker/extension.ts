/** How many first bytes of a file tell what it is. */
export const headSize = 512;

const gzip = Uint8Array.of(0x1f, 0x8b);

/** What is packed, by the kind of a dataset. */
const packed: Readonly<Record<string, string>> = {
  VCF: ".vcf.gz",
  GVCF: ".vcf.gz",
  BAM: ".bam",
  FASTQ: ".fastq.gz",
};

/**
 * The extension of an opened file, by its first bytes and the dataset's kind; `.bin` for what is none of the formats that
 * a dataset has. It only names a file for the person: nothing is decided by it.
 */
export function extensionOf(head: Uint8Array, kind: string): string {
  const text = new TextDecoder("latin1").decode(head);
  if (gzip.every((byte, i) => head[i] === byte)) return packed[kind] ?? ".gz";
  if (text.startsWith("##fileformat=VCF")) return ".vcf";
  if (text.startsWith("CRAM")) return ".cram";
  if (text.startsWith("manifest.json\0") && text.slice(257, 262) === "ustar") return ".tar";
  if (text.slice(128, 132) === "DICM") return ".dcm";
  if (/^\s*\{/.test(text)) return ".json";
  if (text.startsWith("@")) return ".fastq";
  if (/^[^\0]*\t/.test(text)) return ".tsv";
  if (/^[^\0]*,/.test(text)) return ".csv";
  return ".bin";
}

import type { DeidAction } from "../../../client/sealer";

// What the Go library calls things, and the keys of our words for them. app/codes.test.ts holds the lists to its source.

/** What a report says it cannot promise (core/deid/report.go), by the key of our words. */
export const limits = {
  genome: "a genome identifies by its nature: direct identifiers were removed, nothing more is claimed",
  image: "burned-in text was sought by a detector or by a person's eyes, not read; a head in slices shows a face",
  record: "coded facts and years remain: a rare combination of them can single a person out",
} as const;

/** The key of our words for a limit; undefined if we have none. */
export function limitKey(limit: string): string | undefined {
  return Object.entries(limits).find(([, text]) => text === limit)?.[0];
}

/** Actions that change nothing: looked at and left, or only unpacked. */
const changesNothing: readonly string[] = ["keep", "kept", "passed", "reviewed", "inflate"];

/** Whether an action took something out or changed it. */
export function changes({ action }: DeidAction): boolean {
  return !changesNothing.includes(action);
}

/** Rules that have words of their own, by what stands before their first colon. */
export const rules = [
  ...["header", "record", "sample", "tag", "read-name"],
  ...["pixels", "uid", "date", "age", "private"],
] as const;

/** Where a rule applies, as a key: the rule's own, or its format's. */
export function ruleKey({ format, rule }: Pick<DeidAction, "format" | "rule">): string {
  const [group = ""] = rule.split(":", 1);
  if ((rules as readonly string[]).includes(group)) return group;
  return format === "dicom" || format === "fhir" ? format : "other";
}

import type { EdgeProof } from "../../gen/volens/consent/v1/duo_pb";
import { leafHash, verifyInclusion } from "../merkle";
import { Transcript } from "../transcript";
import type { CodebookFacts } from "./facts";

/** The proven parents of diseases; undefined when a proof is wrong. */
export type Parents = ReadonlyMap<string, readonly string[]>;

/** Verifies that each edge stands in the codebook, and collects the parents. */
export function verifyAncestry(edges: readonly EdgeProof[], book: CodebookFacts | undefined): Parents | undefined {
  const parents = new Map<string, string[]>();
  for (const { child, parent, index, path } of edges) {
    if (book?.root.length !== 32 || path.some((hash) => hash.length !== 32)) return undefined;
    const leaf = leafHash(Transcript.of("codebook-edge").text(child).text(parent).encode());
    try {
      verifyInclusion(book.root, leaf, Number(index), Number(book.size), path);
    } catch {
      return undefined;
    }
    parents.set(child, [...(parents.get(child) ?? []), parent]);
  }
  return parents;
}

/** Whether there is at least one disease, and every one of them has itself or an ancestor among those allowed. */
export function cover(parents: Parents, diseases: readonly string[], allowed: readonly string[]): boolean {
  const list = new Set(allowed);
  return diseases.length > 0 && diseases.every((disease) => reaches(parents, disease, list));
}

function reaches(parents: Parents, disease: string, allowed: ReadonlySet<string>): boolean {
  const seen = new Set([disease]);
  // A set's iteration also meets what is added on the way.
  for (const one of seen) {
    if (allowed.has(one)) return true;
    for (const parent of parents.get(one) ?? []) seen.add(parent);
  }
  return false;
}

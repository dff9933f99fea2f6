import { sha256 } from "@noble/hashes/sha2.js";
import { textPath } from "../../../client/consent";
import { equal, fromUtf8 } from "../../../core/bytes";
import { Fault } from "../../../core/fault";
import type { Template } from "../../../gen/volens/consent/v1/consent_pb";

/**
 * Reads the registered text of a consent from this origin. A text whose digest is not the one on the chain is never
 * shown: an integrity Fault `consent-text-differs`.
 */
export async function readText(template: Template): Promise<string> {
  const answer = await fetch(textPath(template), { credentials: "omit" });
  if (!answer.ok) throw new Fault("not-found", "no-consent-text");
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!equal(sha256(bytes), template.textSha256)) throw new Fault("integrity", "consent-text-differs");
  return fromUtf8(bytes);
}

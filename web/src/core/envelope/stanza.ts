import { sha256 } from "@noble/hashes/sha2.js";
import { Stanza } from "age-encryption";
import { type Bytes, bigEndian, equal, fromBase64, fromBigEndian, toBase64, toHex } from "../bytes";
import { Fault } from "../fault";
import { idSize, parseId } from "../ids";
import { decodePoint, pointSize } from "../threshold/group";

/** The type of our stanza in an age header. */
export const stanzaType = "volens-v1";

const ownStanzaType = "mlkem768x25519";
const bodySize = 32;

/** Our stanza, decoded (docs/spec/sealed-file.md, section 2). */
export interface VolensStanza {
  readonly keyId: bigint;
  /** In hex. */
  readonly datasetId: string;
  /** The public half of the capsule, an encoded point. */
  readonly u: Bytes;
  /** The file key under the wrap key, 32 bytes. */
  readonly body: Bytes;
}

/** What the chain registered about a sealed file; digests and U have 32 bytes, the id is in hex. */
export interface SealedFacts {
  readonly keyId: bigint;
  readonly datasetId: string;
  readonly u: Uint8Array;
  readonly bodySha256: Uint8Array;
  /** D, the digest of the whole sealed file. */
  readonly sha256: Uint8Array;
  readonly treeRoot: Uint8Array;
}

/** Decodes an age stanza of our type. Throws an integrity Fault `bad-stanza` for anything that encodeStanza would not write. */
export function parseStanza(stanza: Stanza): VolensStanza {
  const [type, keyId, datasetId, u, ...more] = stanza.args;
  if (type !== stanzaType || more.length > 0 || stanza.body.length !== bodySize)
    throw new Fault("integrity", "bad-stanza");
  try {
    const point = argument(u, pointSize);
    decodePoint(point);
    return {
      keyId: fromBigEndian(argument(keyId, 8)),
      datasetId: toHex(argument(datasetId, idSize)),
      u: point,
      body: Uint8Array.from(stanza.body),
    };
  } catch (cause) {
    throw new Fault("integrity", "bad-stanza", { cause });
  }
}

/** Encodes a stanza of ours. */
export function encodeStanza(s: VolensStanza): Stanza {
  const fields = [bigEndian(s.keyId, 8), parseId(s.datasetId), s.u];
  return new Stanza([stanzaType, ...fields.map((field) => toBase64(field).replace(/=+$/, ""))], s.body);
}

/** The digest of a stanza's body that the chain registers. */
export function bodySha256(s: VolensStanza): Bytes {
  return sha256(s.body);
}

/**
 * Checks the stanzas of a header against the chain: exactly the volens stanza that was registered and one own stanza of
 * the patient, and none through which somebody else could open the file. Throws an integrity Fault: `bad-stanza`,
 * `other-recipient` or `not-registered`.
 */
export function compareStanzas(stanzas: readonly Stanza[], facts: SealedFacts): VolensStanza {
  const ours = stanzas.filter((stanza) => stanza.args[0] === stanzaType);
  const own = stanzas.filter((stanza) => stanza.args[0] === ownStanzaType);
  const first = ours[0];
  if (first === undefined || ours.length !== 1 || own.length !== 1 || stanzas.length !== 2) {
    throw new Fault("integrity", "other-recipient");
  }
  const found = parseStanza(first);
  const registered =
    found.keyId === facts.keyId &&
    found.datasetId === facts.datasetId &&
    equal(found.u, facts.u) &&
    equal(bodySha256(found), facts.bodySha256);
  if (!registered) throw new Fault("integrity", "not-registered");
  return found;
}

function argument(text: string | undefined, size: number): Bytes {
  if (text === undefined || text.includes("=")) throw new Fault("integrity", "bad-stanza");
  const raw = fromBase64(text);
  if (raw.length !== size) throw new Fault("integrity", "bad-stanza");
  return raw;
}

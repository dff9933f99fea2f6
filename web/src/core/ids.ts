import { type Bytes, fromHex, toHex } from "./bytes";
import { Fault } from "./fault";
import { Transcript } from "./transcript";

/** The length of ids of datasets, requests and inspections in bytes. */
export const idSize = 16;

/** The id in hex of a dataset, from its owner's 20-byte address and 16 random bytes (docs/spec/custody.md, section 3). */
export function datasetId(originChain: string, owner: Uint8Array, random: Uint8Array): string {
  return derive("dataset-id", originChain, owner, random);
}

/** The id in hex of a request, from the researcher's 20-byte address and 16 random bytes. */
export function requestId(originChain: string, researcher: Uint8Array, random: Uint8Array): string {
  return derive("request-id", originChain, researcher, random);
}

/** The id in hex of an organisation's inspection of a dataset's version. */
export function inspectionId(
  originChain: string,
  dataset: string,
  version: bigint,
  organisation: Uint8Array,
  random: Uint8Array,
): string {
  const t = Transcript.of("inspection-id").text(originChain).bytes(parseId(dataset)).uint(version);
  return truncate(t.bytes(organisation, random));
}

/** Whether a text is an id, or the 16 random bytes that an id is made from: 32 lower-case hexadecimal digits. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** An id as it was given. Throws a usage Fault `bad-id` for any other text. */
export function mustId(text: string): string {
  if (!isId(text)) throw new Fault("usage", "bad-id");
  return text;
}

/** The 16 bytes of an id in hex. Throws a usage Fault `bad-id` for any other text. */
export function parseId(text: string): Bytes {
  return fromHex(mustId(text));
}

function derive(label: string, originChain: string, owner: Uint8Array, random: Uint8Array): string {
  return truncate(Transcript.of(label).text(originChain).bytes(owner, random));
}

function truncate(t: Transcript): string {
  return toHex(t.sum256().subarray(0, idSize));
}

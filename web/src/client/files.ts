/** Files that a person chooses: their digests, and what is saved. */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toHex } from "../core/bytes";
import { Fault } from "../core/fault";

/** The most that a report or a protocol may have, as Go's `maxReport`, in bytes. */
export const mostPaper = 16 << 20;

/** The digest of a file in hex. A file that is too large for a paper is a usage Fault `file-too-large`. */
export async function sha256File(file: Blob): Promise<string> {
  return toHex(sha256(await readPaper(file)));
}

/** The bytes of a small file. */
export async function readPaper(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > mostPaper) throw new Fault("usage", "file-too-large");
  return new Uint8Array(await file.arrayBuffer());
}

/** How much of a file is shown, in bytes. */
const shown = 4096;

/**
 * The first lines of a file that is text in UTF-8, plain or in gzip; undefined for anything else. It is for the eye: a
 * program reads the file.
 */
export async function beginning(file: Blob): Promise<string | undefined> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const bytes = zipped ? await unzipped(file) : new Uint8Array(await file.slice(0, shown).arrayBuffer());
  // A control character that no text has: this is no text.
  if (bytes.length === 0 || bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return undefined;
  // The cut may go through a letter, so the end is left to the decoder.
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes, { stream: true });
  return text.includes("\ufffd") ? undefined : text;
}

/** The first bytes of what a gzip file holds. A BGZF file has several members: the first is enough, the others not read. */
async function unzipped(file: Blob): Promise<Uint8Array> {
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < shown) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      length += value.length;
    }
  } catch {
    // Browsers call what follows the first member junk; what came before is whole.
  }
  await reader.cancel().catch(() => undefined);
  return concat(...parts).subarray(0, shown);
}

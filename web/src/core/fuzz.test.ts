import { Stanza } from "age-encryption";
import { describe, expect, it } from "vitest";
import sealed from "../../../test/vectors/sealed_file.json";
import wallets from "../../../test/vectors/wallet.json";
import { encodeAddress, parseAddress } from "./address";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "./bytes";
import { headerOf, openHeader } from "./envelope/header";
import { encodeRelease, parseRelease } from "./envelope/release";
import { encodeStanza, parseStanza } from "./envelope/stanza";
import { encodeOpening, facetTree, parseOpening } from "./facet/tree";
import { Fault } from "./fault";
import { decodePoint, decodeScalar, encodePoint, encodeScalar } from "./threshold/group";

// What comes from outside is refused with a Fault, or it is the one form of what it says: nothing else is thrown, and
// nothing is read that would be written otherwise. The changes are drawn from a fixed seed, so that a failure is seen again.

const rounds = 400;

/** Numbers from 0 to 2^32 - 1 (xorshift32, Marsaglia 2003). */
function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** The bytes with a few of them changed, cut out, doubled or put in. */
function changed(bytes: Uint8Array, draw: () => number): Uint8Array {
  const out = [...bytes];
  for (let times = 1 + (draw() % 3); times > 0; times--) {
    const at = draw() % (out.length + 1);
    const kind = draw() % 4;
    if (kind === 0) out[at] = draw() % 256;
    else if (kind === 1) out.splice(at, 1 + (draw() % 8));
    else if (kind === 2) out.splice(at, 0, draw() % 256);
    else out.splice(at, 0, ...out.slice(at, at + (draw() % 40)));
  }
  return Uint8Array.from(out);
}

/** Runs a parser over changes of a valid input, of which a few change nothing; gives how many it took. */
async function fuzz(valid: Uint8Array, parse: (input: Uint8Array) => unknown): Promise<number> {
  const draw = drawing(0x9e3779b9 ^ valid.length);
  let taken = 0;
  for (let round = 0; round < rounds; round++) {
    const input = changed(valid, draw);
    try {
      await parse(input);
      taken++;
    } catch (thrown) {
      expect(thrown, `round ${round}: ${toHex(input.slice(0, 200))}`).toBeInstanceOf(Fault);
    }
  }
  return taken;
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const file = fromBase64(sealed.file);
const header = headerOf(file) ?? file;

describe("what comes from outside", { timeout: 60_000 }, () => {
  it("as hexadecimal digits and base64", async () => {
    await fuzz(utf8(toHex(file.slice(0, 40))), (input) => expect(toHex(fromHex(text(input)))).toBe(text(input)));
    await fuzz(utf8(toBase64(file.slice(0, 40))), (input) => {
      const bare = (base64: string) => base64.replace(/=+$/, "");
      expect(bare(toBase64(fromBase64(text(input))))).toBe(bare(text(input)));
    });
  });

  it("as points and scalars", async () => {
    await fuzz(fromHex(sealed.release.y), (input) => expect(encodePoint(decodePoint(input))).toEqual(input));
    await fuzz(fromHex(sealed.release.q), (input) => expect(encodeScalar(decodeScalar(input))).toEqual(input));
  });

  it("as an address", async () => {
    const address = wallets[0]?.accounts[0]?.address ?? "";
    await fuzz(utf8(address), (input) => expect(encodeAddress(parseAddress(text(input)))).toBe(text(input)));
  });

  it("as a header", async () => {
    const identity = { unwrapFileKey: () => null };
    expect(await fuzz(header, (input) => openHeader(input, identity))).toBe(0);
    await fuzz(header, (input) => headerOf(input));
  });

  it("as a stanza", async () => {
    const [, line, body] = fromUtf8(header).split("\n");
    const args = (line ?? "").split(" ").slice(1);
    await fuzz(utf8([...args, body].join(" ")), (input) => {
      const parts = text(input).split(" ");
      const stanza = new Stanza(parts.slice(0, -1), fromBase64(parts.at(-1) ?? ""));
      expect(encodeStanza(parseStanza(stanza))).toEqual(stanza);
    });
  });

  it("as a release", async () => {
    await fuzz(utf8(sealed.release.text), (input) =>
      expect(encodeRelease(parseRelease(text(input)))).toBe(text(input)),
    );
  });

  it("as an opening", async () => {
    const tree = facetTree(new Uint8Array(32), "ab".repeat(16), 1n, [{ code: "sex", value: "other" }]);
    await fuzz(encodeOpening(tree), (input) => parseOpening(text(input)));
  });
});

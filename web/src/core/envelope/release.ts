import { bech32 } from "@scure/base";
import type { Identity } from "age-encryption";
import { type Bytes, bigEndian, concat, fromBigEndian, fromUtf8, toHex, utf8, wipe } from "../bytes";
import { Fault } from "../fault";
import { halfSize } from "../gate";
import { idSize, parseId } from "../ids";
import { wrapKeyFromShared } from "../threshold/capsule";
import { decodePoint, pointSize } from "../threshold/group";
import { Key } from "../threshold/key";
import { SeatSecret } from "../threshold/seat";
import { unwrapBody } from "./header";
import { compareStanzas, type SealedFacts } from "./stanza";

/**
 * Everything that opens one sealed file: what the chain published for a seat, the seat's secret and the gateways' half.
 * It is the key of that file.
 */
export interface Release {
  readonly key: Key;
  /** In hex. */
  readonly datasetId: string;
  readonly seat: SeatSecret;
  /** What the committee published, 32 bytes. */
  readonly s: Uint8Array;
  /** g, joined from the gateways' parts. */
  readonly half: Uint8Array;
}

const version = 1;
const prefix = "age-plugin-volens-";
const maxChainId = 50;

/** An identity of age that opens the one file of a release, and only if it is what the chain registered. */
export function releasedIdentity(release: Release, facts: SealedFacts): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      const stanza = compareStanzas(stanzas, facts);
      const shared = release.seat.recover(release.key, release.s);
      const wrapKey = wrapKeyFromShared(release.key, shared, release.half, release.datasetId, stanza.u);
      wipe(shared);
      return unwrapBody(stanza, wrapKey);
    },
  };
}

/** The release as an identity of `age-plugin-volens` (docs/spec/sealed-file.md, section 8). The text is the key. */
export function encodeRelease(r: Release): string {
  const chain = utf8(r.key.originChain);
  if (!isChainId(r.key.originChain)) throw new Fault("usage", "bad-release");
  decodePoint(r.s);
  if (r.half.length !== halfSize) throw new Fault("usage", "bad-release");
  const raw = concat(
    ...[Uint8Array.of(version), bigEndian(r.key.id, 8), parseId(r.datasetId), r.key.y, r.seat.bytes()],
    ...[r.s, r.half, Uint8Array.of(chain.length), chain],
  );
  const text = bech32.encode(prefix, bech32.toWords(raw), false).toUpperCase();
  wipe(raw);
  return text;
}

/** Reads what {@link encodeRelease} wrote and nothing else. Throws a usage Fault `bad-release` that does not repeat it. */
export function parseRelease(text: string): Release {
  try {
    const { prefix: found, words } = bech32.decode(text as `${string}1${string}`, false);
    if (found.toLowerCase() === prefix && text === text.toUpperCase()) return decode(bech32.fromWords(words));
  } catch {
    // Refused below.
  }
  throw new Fault("usage", "bad-release");
}

function decode(raw: Uint8Array): Release {
  let at = 0;
  const take = (size: number): Bytes => {
    if (at + size > raw.length) throw new Fault("usage", "bad-release");
    at += size;
    return Uint8Array.from(raw.subarray(at - size, at));
  };
  if (take(1)[0] !== version) throw new Fault("usage", "bad-release");
  const keyId = fromBigEndian(take(8));
  const datasetId = toHex(take(idSize));
  const [y, q, s, half] = [take(pointSize), take(pointSize), take(pointSize), take(halfSize)];
  const chain = fromUtf8(take(take(1)[0] ?? 0));
  decodePoint(s);
  if (at !== raw.length || !isChainId(chain) || /^0+$/.test(datasetId)) throw new Fault("usage", "bad-release");
  return { key: new Key(chain, keyId, y), datasetId, seat: SeatSecret.from(q), s, half };
}

function isChainId(chain: string): boolean {
  return /^[!-~]+$/.test(chain) && chain.length <= maxChainId;
}

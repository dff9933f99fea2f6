import { type Bytes, wipe } from "../bytes";
import { Fault } from "../fault";
import { parseId } from "../ids";
import { Transcript } from "../transcript";
import { base, decodePoint, decodeScalar, encodePoint, encodeScalar, pointSize, wideScalar } from "./group";
import { addressSize, expand, type Key } from "./key";
import { prove, verify } from "./proof";

const minReaderSeed = 32;

/** What a seat is bound to: one place in one request of one researcher. */
export interface SeatContext {
  readonly liveChain: string;
  /** Of the request, or of an inspection, in hex. */
  readonly requestId: string;
  readonly index: bigint;
  /** 20 bytes. */
  readonly researcher: Uint8Array;
}

/** The context item of a seat's proof. */
export function seatContext(c: SeatContext, q: Uint8Array): Transcript {
  if (c.researcher.length !== addressSize) throw new Fault("usage", "bad-length");
  const t = Transcript.of("seat-ctx").text(c.liveChain).bytes(parseId(c.requestId)).uint(c.index);
  return t.bytes(c.researcher, q);
}

/** The one-time key q of a seat. It opens one dataset; a seat is never assigned twice. */
export class SeatSecret {
  readonly #q: bigint;
  /** Q = qG, public. */
  readonly q: Bytes;

  private constructor(q: bigint) {
    if (q === 0n) throw new Fault("integrity", "bad-scalar");
    this.#q = q;
    this.q = encodePoint(base(q));
  }

  /** Derives the key of seat `index` from the reader seed, so that one seed restores all (docs/spec/custody.md, 6). */
  static derive(key: Key, readerSeed: Uint8Array, liveChain: string, requestId: string, index: bigint): SeatSecret {
    if (readerSeed.length < minReaderSeed) throw new Fault("usage", "bad-length");
    const info = key.transcript("reader").text(liveChain).bytes(parseId(requestId)).uint(index);
    const wide = expand(undefined, readerSeed, info, 2 * pointSize);
    const secret = new SeatSecret(wideScalar(wide));
    wipe(wide);
    return secret;
  }

  /** Reads what {@link SeatSecret.bytes} gives. */
  static from(raw: Uint8Array): SeatSecret {
    return new SeatSecret(decodeScalar(raw));
  }

  /** The secret scalar, 32 bytes. */
  bytes(): Bytes {
    return encodeScalar(this.#q);
  }

  /** Binds the seat to its context: 128 bytes. */
  prove(key: Key, context: SeatContext, fresh?: Uint8Array): Bytes {
    return prove(key, "seat", seatContext(context, this.q), this.#q, fresh);
  }

  /** Turns what the committee published for the seat, S = x(U + Q), into xU = S - qY. The result is secret. */
  recover(key: Key, s: Uint8Array): Bytes {
    return encodePoint(decodePoint(s).subtract(key.point.multiply(this.#q)));
  }
}

/** Checks the proof of a seat. Throws an integrity Fault. */
export function verifySeat(key: Key, context: SeatContext, q: Uint8Array, proof: Uint8Array): void {
  verify(key, "seat", seatContext(context, q), q, proof);
}

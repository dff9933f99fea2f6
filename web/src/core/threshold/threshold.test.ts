import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import vectors from "../../../../test/vectors/threshold.json";
import { fromHex, toHex } from "../bytes";
import { codeOf, turned } from "../testing";
import { Transcript } from "../transcript";
import { capsuleContext, Encapsulation, verifyCapsule, wrapKeyFromShared } from "./capsule";
import { decodePoint, decodeScalar, encodePoint, encodeScalar, hashToPoint, wideScalar } from "./group";
import { Key } from "./key";
import { SeatSecret, seatContext, verifySeat } from "./seat";

const key = new Key(vectors.origin_chain, BigInt(vectors.key_id), fromHex(vectors.key.y));
const { capsule, seat, opening } = vectors;
const context = {
  datasetId: capsule.dataset_id,
  version: BigInt(capsule.version),
  owner: fromHex(capsule.owner),
  sha256: fromHex(capsule.sha256),
  treeRoot: fromHex(capsule.tree_root),
  u: fromHex(capsule.u),
  bodySha256: fromHex(capsule.body_sha256),
  gate: fromHex(capsule.gate),
  facetsRoot: fromHex(capsule.facets_root),
};
const place = {
  liveChain: vectors.live_chain,
  requestId: seat.request_id,
  index: BigInt(seat.index),
  researcher: fromHex(seat.researcher),
};
const draw = () => new Encapsulation(key, fromHex(capsule.r_bytes));

describe("group and transcripts", () => {
  it("hashes to the group as Go does", () => {
    for (const v of vectors.hash_to_group) {
      expect(toHex(encodePoint(hashToPoint(v.label, fromHex(v.message))))).toBe(v.point);
    }
  });

  it("writes a transcript as Go does", () => {
    const v = vectors.transcript;
    const inner = Transcript.of("inner")
      .text("")
      .uint(2n ** 64n - 1n);
    const t = Transcript.of(v.label).text(v.string).uint(v.uint).bytes(fromHex(v.bytes));
    expect(v.encode.startsWith(toHex(t.encode()))).toBe(true);
    const whole = t.bytes(fromHex(v.nested));
    expect([toHex(whole.encode()), toHex(whole.sum256()), toHex(whole.sum512())]).toEqual([
      v.encode,
      v.sha256,
      v.sha512,
    ]);
    expect(toHex(t.nest(inner).encode())).toBe(toHex(t.bytes(inner.encode()).encode()));
  });

  it("refuses numbers that are not 8 bytes", () => {
    expect(codeOf(() => Transcript.of("x").uint(2n ** 64n))).toBe("bad-number");
    expect(codeOf(() => Transcript.of("x").uint(-1))).toBe("bad-number");
  });

  it.each(Object.entries(vectors.points_refused))("refuses the point: %s", (_, v) => {
    expect(codeOf(() => decodePoint(fromHex(v)))).toBe("bad-point");
  });

  it.each(Object.entries(vectors.scalars_refused))("refuses the scalar: %s", (_, v) => {
    expect(codeOf(() => decodeScalar(fromHex(v)))).toBe("bad-scalar");
  });

  it("derives the second generator", () => {
    expect(toHex(encodePoint(key.gbar))).toBe(vectors.key.gbar);
  });
});

describe("capsule", () => {
  it("is Go's, byte for byte", () => {
    const drawn = draw();
    expect(toHex(drawn.u)).toBe(capsule.u);
    expect(toHex(drawn.wrapKey(capsule.dataset_id, fromHex(capsule.g)))).toBe(capsule.wrap_key);
    expect(toHex(capsuleContext(context).encode())).toBe(capsule.context);
    expect(toHex(drawn.prove(context, fromHex(capsule.nonce_bytes)))).toBe(capsule.proof);
  });

  it("verifies with fresh nonces, and no two proofs are the same", () => {
    const [one, two] = [draw().prove(context), draw().prove(context)];
    expect(toHex(one)).not.toBe(toHex(two));
    verifyCapsule(key, context, one);
    verifyCapsule(key, context, two);
  });

  it("refuses a proof for another context, key, or with a bit turned", () => {
    const proof = fromHex(capsule.proof);
    verifyCapsule(key, context, proof);
    expect(codeOf(() => verifyCapsule(key, { ...context, version: 2n }, proof))).toBe("bad-proof");
    expect(codeOf(() => verifyCapsule(key, { ...context, owner: turned(context.owner, 0) }, proof))).toBe("bad-proof");
    const other = new Key(key.originChain, key.id + 1n, key.y);
    expect(codeOf(() => verifyCapsule(other, context, proof))).toBe("bad-proof");
    for (let at = 0; at < proof.length; at += 8) {
      expect(codeOf(() => verifyCapsule(key, context, turned(proof, at)))).toMatch(/^bad-(proof|point|scalar)$/);
    }
    expect(codeOf(() => verifyCapsule(key, context, proof.slice(1)))).toBe("bad-length");
  });

  it("proves nothing for another u, nor after zero", () => {
    const drawn = draw();
    expect(codeOf(() => drawn.prove({ ...context, u: fromHex(seat.q) }))).toBe("bad-proof");
    drawn.zero();
    expect(codeOf(() => drawn.prove(context))).toBe("capsule-used");
  });

  it("refuses fields of another length", () => {
    expect(codeOf(() => capsuleContext({ ...context, owner: new Uint8Array(21) }))).toBe("bad-length");
    expect(codeOf(() => capsuleContext({ ...context, gate: new Uint8Array(0) }))).toBe("bad-length");
  });
});

describe("seat", () => {
  const derive = () => SeatSecret.derive(key, fromHex(seat.reader_seed), place.liveChain, place.requestId, place.index);

  it("is Go's, byte for byte", () => {
    const secret = derive();
    expect(toHex(secret.bytes())).toBe(seat.secret_q);
    expect(toHex(secret.q)).toBe(seat.q);
    expect(toHex(seatContext(place, secret.q).encode())).toBe(seat.context);
    expect(toHex(secret.prove(key, place, fromHex(seat.nonce_bytes)))).toBe(seat.proof);
  });

  it("verifies, and for no other place", () => {
    const secret = derive();
    const proof = secret.prove(key, place);
    verifySeat(key, place, secret.q, proof);
    expect(codeOf(() => verifySeat(key, { ...place, index: 3n }, secret.q, proof))).toBe("bad-proof");
    expect(codeOf(() => verifySeat(key, { ...place, liveChain: "volens-3" }, secret.q, proof))).toBe("bad-proof");
  });

  it("opens what the committee published", () => {
    const xU = derive().recover(key, fromHex(opening.s));
    expect(toHex(xU)).toBe(opening.x_u);
    const g = fromHex(capsule.g);
    const wrapKey = wrapKeyFromShared(key, xU, g, capsule.dataset_id, fromHex(capsule.u));
    expect(toHex(wrapKey)).toBe(opening.wrap_key);
    expect(toHex(encodePoint(decodePoint(fromHex(capsule.u)).add(decodePoint(fromHex(seat.q)))))).toBe(opening.b);
  });

  it("refuses a point that opens to nothing, and a secret of zero", () => {
    const secret = derive();
    const qY = encodePoint(key.point.multiply(decodeScalar(secret.bytes())));
    expect(codeOf(() => secret.recover(key, qY))).toBe("bad-point");
    expect(codeOf(() => SeatSecret.from(new Uint8Array(32)))).toBe("bad-scalar");
    expect(toHex(SeatSecret.from(secret.bytes()).q)).toBe(seat.q);
  });

  it("takes no short reader seed", () => {
    expect(codeOf(() => SeatSecret.derive(key, new Uint8Array(31), "c", place.requestId, 0n))).toBe("bad-length");
  });
});

it("hashes to scalars as Go does", () => {
  for (const v of vectors.hash_to_scalar) {
    expect(toHex(encodeScalar(wideScalar(sha512(fromHex(v.transcript)))))).toBe(v.scalar);
  }
});

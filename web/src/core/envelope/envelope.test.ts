import { generateHybridIdentity, generateIdentity, identityToRecipient, Stanza } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import vectors from "../../../../test/vectors/envelope.json";
import sealedVectors from "../../../../test/vectors/sealed_file.json";
import { concat, fromBase64, fromHex, fromUtf8, toHex, utf8 } from "../bytes";
import { patientIdentity, recipientOf } from "../derive";
import { codeOf, codeOfAsync, turned } from "../testing";
import { Encapsulation } from "../threshold/capsule";
import { Key } from "../threshold/key";
import { SeatSecret } from "../threshold/seat";
import { chunkSize, payloadSize, plaintextSize, sealedChunkSize } from "./chunks";
import { headerOf, openHeader, openWith, registered, sealTo, unwrapBody, VolensRecipient } from "./header";
import { type OpenedFile, OpenStream, type Unwrap } from "./open";
import { encodeRelease, parseRelease, type Release, releasedIdentity } from "./release";
import { type SealedFile, SealStream } from "./seal";
import { bodySha256, compareStanzas, encodeStanza, parseStanza, type SealedFacts } from "./stanza";

type ReleaseAnswer = typeof vectors.release;

function releaseOf(v: ReleaseAnswer): Release {
  const key = new Key(v.origin_chain, BigInt(v.key_id), fromHex(v.y));
  return { key, datasetId: v.dataset_id, seat: SeatSecret.from(fromHex(v.q)), s: fromHex(v.s), half: fromHex(v.g) };
}

const stanzaOf = (v: { type: string; args: string[] | null; body: string }) =>
  new Stanza([v.type, ...(v.args ?? [])], fromHex(v.body));

describe("stanza", () => {
  const fileKey = fromHex(vectors.file_key);
  const release = releaseOf(vectors.release);
  const wrap = () =>
    new VolensRecipient(
      release.key,
      release.datasetId,
      release.half,
      new Encapsulation(release.key, fromHex(vectors.capsule_random)),
    );

  it("is Go's, byte for byte", () => {
    const recipient = wrap();
    const [stanza] = recipient.wrapFileKey(fileKey);
    expect(stanza?.args).toEqual([vectors.stanza.type, ...vectors.stanza.args]);
    expect(toHex(stanza?.body ?? fileKey)).toBe(vectors.stanza.body);
    expect(toHex(bodySha256(recipient.stanza))).toBe(vectors.body_sha256);
    expect(encodeStanza(parseStanza(stanzaOf(vectors.stanza)))).toEqual(stanza);
  });

  it("serves one file", () => {
    const recipient = wrap();
    recipient.wrapFileKey(fileKey);
    expect(codeOf(() => recipient.wrapFileKey(fileKey))).toBe("recipient-used");
    expect(codeOf(() => wrap().wrapFileKey(fileKey.slice(1)))).toBe("bad-length");
  });

  it("opens with the wrap key and no other", () => {
    const parsed = parseStanza(stanzaOf(vectors.stanza));
    expect(toHex(unwrapBody(parsed, fromHex(vectors.wrap_key)))).toBe(vectors.file_key);
    expect(codeOf(() => unwrapBody(parsed, turned(fromHex(vectors.wrap_key), 0)))).toBe("wrong-half");
  });

  it.each(vectors.refused)("is refused: $name", (v) => {
    expect(codeOf(() => parseStanza(stanzaOf(v)))).toBe("bad-stanza");
  });
});

describe("release", () => {
  it.each([vectors.release, sealedVectors.release])("is Go's text", (v) => {
    expect(encodeRelease(releaseOf(v))).toBe(v.text);
    const again = parseRelease(v.text);
    expect(encodeRelease(again)).toBe(v.text);
    expect(again.key.equals(releaseOf(v).key)).toBe(true);
  });

  it("is refused when it is changed", () => {
    const { text } = vectors.release;
    for (const wrong of ["", text.toLowerCase(), `${text}Q`, text.slice(0, -1), text.replace("VOLENS", "OTHERS")]) {
      expect(codeOf(() => parseRelease(wrong))).toBe("bad-release");
    }
  });
});

async function open(
  file: Uint8Array,
  facts: SealedFacts,
  unwrap: Unwrap,
  piece = 70_001,
): Promise<[OpenedFile, string]> {
  const parts: Uint8Array[] = [];
  const stream = await OpenStream.begin(facts, unwrap, (chunk) => void parts.push(chunk.slice()));
  for (let at = 0; at < file.length; at += piece) await stream.write(file.subarray(at, at + piece));
  return [await stream.close(), toHex(concat(...parts))];
}

describe("a file that Go sealed", () => {
  const v = sealedVectors;
  const file = fromBase64(v.file);
  const facts: SealedFacts = {
    keyId: BigInt(v.facts.key_id),
    datasetId: v.facts.dataset_id,
    u: fromHex(v.facts.u),
    bodySha256: fromHex(v.facts.body_sha256),
    sha256: fromHex(v.facts.sha256),
    treeRoot: fromHex(v.facts.tree_root),
  };
  const own = patientIdentity(fromHex(v.patient_seed), v.facts.dataset_id);
  const release = releaseOf(v.release);
  const byPatient: Unwrap = (header) => openHeader(header, registered(facts), own);
  const byRelease: Unwrap = (header) => openHeader(header, releasedIdentity(release, facts));

  it.each([1, 37, 70_001])("opens for both, in pieces of %i", async (piece) => {
    for (const unwrap of [byPatient, byRelease]) {
      const [opened, plain] = await open(file, facts, unwrap, piece);
      expect(plain).toBe(v.plaintext);
      expect(opened.size).toBe(v.plaintext.length / 2);
    }
  });

  it("opens for nobody else", async () => {
    const stranger = await generateHybridIdentity();
    expect(await codeOfAsync(() => open(file, facts, (h) => openHeader(h, registered(facts), stranger)))).toBe(
      "not-mine",
    );
    const half = { ...release, half: turned(release.half, 1) };
    expect(await codeOfAsync(() => open(file, facts, (h) => openHeader(h, releasedIdentity(half, facts))))).toBe(
      "wrong-half",
    );
  });

  it.each([
    ["not-registered", { keyId: 8n }],
    ["not-registered", { datasetId: "0".repeat(32) }],
    ["not-registered", { u: turned(facts.u, 0) }],
    ["not-registered", { bodySha256: turned(facts.bodySha256, 0) }],
    ["other-digest", { sha256: turned(facts.sha256, 0) }],
    ["other-tree", { treeRoot: turned(facts.treeRoot, 0) }],
  ])("is %s when the chain says otherwise", async (code, other) => {
    const registeredThere = { ...facts, ...other };
    for (const identity of [registered(registeredThere), releasedIdentity(release, registeredThere)]) {
      expect(await codeOfAsync(() => open(file, registeredThere, (h) => openHeader(h, identity, own)))).toBe(code);
    }
  });

  it("never opens whole with a byte turned or cut off", async () => {
    for (let at = 0; at < file.length; at += 97) {
      expect(await codeOfAsync(() => open(turned(file, at), facts, byPatient))).toMatch(
        /^(bad-header|bad-stanza|not-registered|other-recipient|not-mine|damaged|cut-short|other-digest)$/,
      );
    }
    for (const end of [0, 10, 500, file.length - 1]) {
      expect(await codeOfAsync(() => open(file.subarray(0, end), facts, byPatient))).toMatch(
        /^(cut-short|bad-header)$/,
      );
    }
    expect(await codeOfAsync(() => open(concat(file, file), facts, byPatient))).toMatch(/^(damaged|cut-short)$/);
  });

  it("has a header with an end", () => {
    const header = headerOf(file);
    expect(fromUtf8(header ?? file)).toMatch(/^age-encryption.org\/v1\n-> volens-v1 [\s\S]*\n--- \S+\n$/);
    expect(headerOf(file.subarray(0, 100))).toBeUndefined();
    expect(codeOf(() => headerOf(utf8("-----BEGIN AGE")))).toBe("bad-header");
    const endless = concat(utf8("age-encryption.org/v1\n"), new Uint8Array(1 << 20).fill(0x61));
    expect(codeOf(() => headerOf(endless))).toBe("bad-header");
  });
});

describe("a file that the page seals", () => {
  const release = releaseOf(vectors.release);
  const datasetId = release.datasetId;
  const seed = new Uint8Array(64).fill(0x5e);
  const own = patientIdentity(seed, datasetId);
  let patient = "";
  beforeAll(async () => {
    patient = await recipientOf(own);
  });

  async function seal(plain: Uint8Array, piece = 100_000): Promise<[SealedFile, Uint8Array]> {
    const parts: Uint8Array[] = [];
    const options = { key: release.key, datasetId, half: release.half, patient };
    const stream = await SealStream.begin(options, (chunk) => void parts.push(chunk.slice()));
    for (let at = 0; at < plain.length; at += piece) await stream.write(plain.subarray(at, at + piece));
    return [await stream.close(), concat(...parts)];
  }

  it.each([0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 17 * chunkSize, (1 << 20) + 12_345])(
    "of %i bytes has the size that was predicted, and opens",
    async (size) => {
      const plain = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);
      const [sealed, file] = await seal(plain);
      expect(sealed.size).toBe(file.length);
      const header = headerOf(file)?.length ?? 0;
      expect(payloadSize(size)).toBe(file.length - header - 16);
      expect(plaintextSize(file.length - header - 16)).toBe(size);
      const [opened, again] = await open(file, sealed, (h) => openHeader(h, registered(sealed), own));
      expect([opened.size, toHex(opened.sha256)]).toEqual([size, toHex(sealed.plaintextSha256)]);
      expect(again === toHex(plain)).toBe(true);
    },
  );

  it("does not depend on how it comes", async () => {
    const plain = utf8("a line\n".repeat(30_000));
    const [a] = await seal(plain, 3_001);
    const [b] = await seal(plain, 1 << 20);
    expect(toHex(a.plaintextSha256)).toBe(toHex(b.plaintextSha256));
    expect(toHex(a.sha256)).not.toBe(toHex(b.sha256));
  });

  it("does not open when it was given up", async () => {
    const parts: Uint8Array[] = [];
    const options = { key: release.key, datasetId, half: release.half, patient };
    const stream = await SealStream.begin(options, (chunk) => void parts.push(chunk.slice()));
    await stream.write(new Uint8Array(40 * chunkSize));
    stream.abort();
    expect(await codeOfAsync(() => stream.write(Uint8Array.of(1)))).toBe("seal-ended");
    expect(await codeOfAsync(() => stream.close())).toBe("seal-ended");
    const code = await codeOfAsync(() => open(concat(...parts), factless, (h) => openHeader(h, own)));
    expect(code).toBe("cut-short");
  });

  const factless: SealedFacts = {
    keyId: 7n,
    datasetId,
    u: new Uint8Array(32),
    bodySha256: new Uint8Array(32),
    sha256: new Uint8Array(32),
    treeRoot: new Uint8Array(32),
  };

  it("refuses a classical recipient beside ours, as Go's age does", async () => {
    const classical = await identityToRecipient(await generateIdentity());
    const options = { key: release.key, datasetId, half: release.half, patient: classical };
    expect(await codeOfAsync(() => SealStream.begin(options, () => {}))).toBe("classical-recipient");
    expect(await codeOfAsync(() => sealTo(classical, seed))).toBe("classical-recipient");
  });

  it("lets no third stanza through", async () => {
    const [sealed, file] = await seal(Uint8Array.of(1));
    let stanzas: Stanza[] = [];
    const look = (all: Stanza[]) => {
      stanzas = all;
      return null;
    };
    await codeOfAsync(() => openHeader(headerOf(file) ?? file, { unwrapFileKey: look }));
    const [ours, mine] = stanzas;
    if (ours === undefined || mine === undefined) throw new Error("two stanzas");
    compareStanzas([mine, ours], sealed);
    const third = new Stanza(["X25519", "AA"], new Uint8Array(32));
    for (const wrong of [[ours], [mine], [ours, mine, third], [ours, ours, mine], [ours, mine, mine], [ours, third]]) {
      expect(codeOf(() => compareStanzas(wrong, sealed))).toBe("other-recipient");
    }
  });

  it("gives each gateway its part", async () => {
    const sealed = await sealTo(patient, release.half);
    expect(toHex(await openWith(own, sealed))).toBe(toHex(release.half));
    expect(await codeOfAsync(() => openWith(own, turned(sealed, sealed.length - 1)))).toBe("wrong-key");
    expect(await codeOfAsync(() => openWith(own, new Uint8Array((1 << 16) + 1)))).toBe("wrong-key");
  });
});

it("knows the sizes that no payload has", () => {
  for (const size of [0, 15, sealedChunkSize + 16, sealedChunkSize + 1]) {
    expect(codeOf(() => plaintextSize(size))).toBe("cut-short");
  }
  expect([16, 17, sealedChunkSize, sealedChunkSize + 17].map(plaintextSize)).toEqual([0, 1, chunkSize, chunkSize + 1]);
});

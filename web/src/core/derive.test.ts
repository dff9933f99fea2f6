import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/derive.json";
import { fromHex, toHex } from "./bytes";
import * as derive from "./derive";
import { codeOf } from "./testing";

describe.each(vectors)("secrets of seed $seed", (v) => {
  const seed = fromHex(v.seed);

  it("are Go's", async () => {
    expect(toHex(derive.rootSecret(seed))).toBe(v.root_secret);
    expect(toHex(derive.readerSeed(seed))).toBe(v.reader_seed);
    expect(derive.patientIdentity(seed, v.id)).toBe(v.patient_identity);
    expect(derive.deliveryIdentity(seed, v.id)).toBe(v.delivery_identity);
    expect(await derive.recipientOf(v.patient_identity)).toBe(v.patient_recipient);
  });

  it("differ from one another", () => {
    const root = derive.rootSecret(seed);
    const all = [
      root,
      derive.readerSeed(seed),
      derive.deviceKey(seed),
      derive.pseudonymKey(root, v.id),
      derive.paperSalt(root, v.id),
    ].map(toHex);
    expect(new Set(all).size).toBe(all.length);
  });
});

it("takes no short seed and no malformed id", () => {
  expect(codeOf(() => derive.rootSecret(new Uint8Array(31)))).toBe("bad-length");
  expect(codeOf(() => derive.patientIdentity(new Uint8Array(64), "A".repeat(32)))).toBe("bad-id");
});

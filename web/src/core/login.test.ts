import { describe, expect, it } from "vitest";
import ids from "../../../test/vectors/ids.json";
import vectors from "../../../test/vectors/login.json";
import roots from "../../../test/vectors/root_secret.json";
import { encodeAddress } from "./address";
import { fromHex, fromUtf8, toHex } from "./bytes";
import { paperSalt, pseudonymKey } from "./derive";
import { datasetId, inspectionId, parseId, requestId } from "./ids";
import { arbitraryDocument, checkChallenge, loginText } from "./login";
import { codeOf } from "./testing";

describe("login", () => {
  // The address of the vectors has the right form, but no checksum: Go looks at the form alone.
  const address = encodeAddress(new Uint8Array(20).fill(7));
  const challenge = { ...vectors.challenge, address };
  const expected = { origin: challenge.origin, chainId: challenge.chain_id, address };

  it("signs Go's text and document", () => {
    expect(loginText(vectors.challenge)).toBe(vectors.text);
    expect(fromUtf8(arbitraryDocument(vectors.challenge.address, vectors.text))).toBe(vectors.sign_bytes);
  });

  it("takes its own challenge", () => {
    checkChallenge(challenge, expected);
  });

  it.each(vectors.refused)("refuses what Go refuses: %j", (refused) => {
    const whose = refused.address === vectors.challenge.address ? address : refused.address;
    const theirs = { ...refused, address: whose };
    const asIfExpected = { origin: theirs.origin, chainId: theirs.chain_id, address: theirs.address };
    expect(codeOf(() => checkChallenge(theirs, asIfExpected))).toBe("bad-challenge");
  });

  it.each([
    { origin: "https://other.example.org" },
    { chainId: "volens-2" },
    { address: encodeAddress(new Uint8Array(20)) },
  ])("refuses another's challenge: %j", (other) => {
    expect(codeOf(() => checkChallenge(challenge, { ...expected, ...other }))).toBe("bad-challenge");
  });

  it.each(["2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05+01:00", "2026-13-02T03:04:05Z", ""])(
    "refuses the end %s",
    (expires) => {
      expect(codeOf(() => checkChallenge({ ...challenge, expires }, expected))).toBe("bad-challenge");
    },
  );
});

it.each(ids)("draws Go's ids on $origin_chain", (v) => {
  const [account, random] = [fromHex(v.account), fromHex(v.random)];
  expect(datasetId(v.origin_chain, account, random)).toBe(v.dataset_id);
  expect(requestId(v.origin_chain, account, random)).toBe(v.request_id);
  expect(inspectionId(v.origin_chain, v.dataset_id, BigInt(v.version), account, random)).toBe(v.inspection_id);
  expect(toHex(parseId(v.dataset_id))).toBe(v.dataset_id);
});

it.each(roots)("makes Go's secrets of the root secret for $id", (v) => {
  expect(toHex(pseudonymKey(fromHex(v.root_secret), v.id))).toBe(v.pseudonym_key);
  expect(toHex(paperSalt(fromHex(v.root_secret), v.id))).toBe(v.paper_salt);
});

it.each(["", "0".repeat(31), "A".repeat(32), "0".repeat(33)])("refuses the id %j", (id) => {
  expect(codeOf(() => parseId(id))).toBe("bad-id");
});

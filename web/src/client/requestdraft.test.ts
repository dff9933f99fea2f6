import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Fault } from "../core/fault";
import { verifyPapers } from "../core/papers";
import { codeOf } from "../core/testing";
import { DataClass, Purpose } from "../gen/volens/consent/v1/duo_pb";
import { RequestSchema } from "../gen/volens/market/v1/market_pb";
import {
  digestsOf,
  emptyDraft,
  missing,
  mostSeats,
  papersOf,
  type RequestDraft,
  requestDraft,
  specOf,
} from "./requestdraft";

const whole: RequestDraft = {
  ...emptyDraft(),
  title: "Title",
  laySummary: "Summary",
  contact: "Contact",
  protocolSha256: "ab".repeat(32),
  organisation: "volens1organisation",
  dataClasses: [DataClass.GERMLINE_VARIANTS],
  siteCountry: "NO",
  computeCountry: "NO",
  noReidentification: true,
  price: "1000000",
  denom: "uusd",
  noCohortProtection: true,
};
const options = {
  researcher: "volens1researcher",
  keyId: 1n,
  height: 100n,
  salt: new Uint8Array(32),
  deliveryKey: "age1pq1",
};

describe("a draft", () => {
  it("promises and confirms nothing by itself", () => {
    const { publish, noReidentification, noLinkage, returnResults, noCohortProtection } = emptyDraft();
    expect([publish, noReidentification, noLinkage, returnResults, noCohortProtection]).not.toContain(true);
  });

  it("names what is missing, and refuses to become a request", () => {
    expect(missing(whole)).toEqual([]);
    expect(missing({ ...whole, title: " ", nMax: mostSeats + 1 })).toEqual(["title", "nMax"]);
    expect(missing({ ...whole, purposes: [{ purpose: Purpose.DS, healthAim: true, diseases: [] }] })).toEqual([
      "purposes",
    ]);
    expect(() => specOf({ ...whole, price: "" }, options)).toThrow(Fault);
  });

  it("becomes a request of the present height, with the researcher first", () => {
    const spec = specOf(whole, options);
    expect(spec.deadline).toBe(10_100n);
    expect(spec.use?.recipients).toEqual(["volens1researcher"]);
    expect(spec.use?.beneficialOwner).toBe(whole.organisation);
    expect(spec.digests?.title).toHaveLength(32);
  });

  it("has papers that open the digests of its request, and no other's", () => {
    const spec = specOf({ ...whole, title: " Title ", criteria: { sex: "any" } }, options);
    const want = digestsOf(create(RequestSchema, { spec }));
    const papers = papersOf({ ...whole, criteria: { sex: "any" } }, options.salt);
    expect(papers.title).toBe("Title");
    verifyPapers(papers, want);
    expect(codeOf(() => verifyPapers(papersOf(whole, options.salt), want))).toBe("papers-mismatch");
    expect(codeOf(() => digestsOf(create(RequestSchema, {})))).toBe("node-answer");
  });

  it.each([{ extra: 1 }, { price: "-1" }, { siteCountry: "no" }, { moratorium: "soon" }, { nMax: 1.5 }])(
    "is not read back with %j",
    (odd) => expect(requestDraft.safeParse({ ...whole, ...odd }).success).toBe(false),
  );
});

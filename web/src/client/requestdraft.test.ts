import { describe, expect, it } from "vitest";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { DataClass, Purpose } from "../gen/volens/consent/v1/duo_pb";
import { emptyDraft, missing, mostSeats, paper, type RequestDraft, requestDraft, specOf } from "./requestdraft";

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

  it("blinds its papers: another salt, another digest", () => {
    const [one, two] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    expect(toHex(paper(one, "title", one))).not.toBe(toHex(paper(two, "title", one)));
    expect(toHex(paper(one, "title", one))).not.toBe(toHex(paper(one, "contact", one)));
  });

  it.each([{ extra: 1 }, { price: "-1" }, { siteCountry: "no" }, { moratorium: "soon" }, { nMax: 1.5 }])(
    "is not read back with %j",
    (odd) => expect(requestDraft.safeParse({ ...whole, ...odd }).success).toBe(false),
  );
});

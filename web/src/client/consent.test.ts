import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Fault } from "../core/fault";
import { ConsentSchema, Status, TemplateSchema } from "../gen/volens/consent/v1/consent_pb";
import { AIUse, DataClass, RecipientClass } from "../gen/volens/consent/v1/duo_pb";
import { isActive, provisionOf, type Terms, textPath } from "./consent";

const owner = "volens1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7ruszzg3ry";
const text = create(TemplateSchema, { id: "town", language: "en", textSha256: new Uint8Array(32).fill(0xab) });
const terms: Terms = {
  permission: "HMB",
  diseases: ["MONDO:0005015"],
  codebook: "town-1",
  limits: ["NCU", "IRB"],
  ai: AIUse.AI_USE_NONE,
  dataClasses: [DataClass.READS, DataClass.GERMLINE_VARIANTS, DataClass.READS],
  recipients: [RecipientClass.NON_PROFIT, RecipientClass.ACADEMIC],
  topics: [],
  end: 1_800_000_000_000,
  payout: owner,
  referTo: "",
  text,
  understood: true,
};

describe("terms of a consent", () => {
  it("become what the chain keeps: sorted, each once, insurers and the like kept out", () => {
    const { policy, expiry, payout, donate, disclosure } = provisionOf(terms, owner);
    expect(policy?.permission).toBe("DUO:0000006");
    expect(policy?.modifiers.map(({ term }) => term)).toEqual(["DUO:0000021", "DUO:0000046"]);
    expect(policy?.dataClasses).toEqual([DataClass.GERMLINE_VARIANTS, DataClass.READS]);
    expect(policy?.recipientClasses).toEqual([RecipientClass.ACADEMIC, RecipientClass.NON_PROFIT]);
    expect(policy?.own?.insureAllowed).toBe(false);
    expect(expiry).toMatchObject({ never: false, time: { seconds: 1_800_000_000n } });
    expect({ payout, donate }).toEqual({ payout: owner, donate: false });
    expect(disclosure).toMatchObject({ discloser: owner, templateId: "town", comprehensionPassed: true });
    expect(disclosure?.textSha256).toEqual(text.textSha256);
  });

  it("name diseases only where the permission is about them", () => {
    expect(provisionOf(terms, owner).policy).toMatchObject({ diseases: [], codebook: "" });
    const policy = provisionOf({ ...terms, permission: "DS" }, owner).policy;
    expect(policy).toMatchObject({ permission: "DUO:0000007", diseases: ["MONDO:0005015"], codebook: "town-1" });
  });

  it("can have no end, and can give the pay away", () => {
    const { expiry, payout, donate } = provisionOf({ ...terms, end: "never", payout: "donate" }, owner);
    expect(expiry?.never).toBe(true);
    expect(expiry?.time).toBeUndefined();
    expect({ payout, donate }).toEqual({ payout: "", donate: true });
  });

  it("are nothing before the questions are answered", () => {
    expect(() => provisionOf({ ...terms, understood: false }, owner)).toThrow(Fault);
  });
});

describe("a consent", () => {
  const consent = create(ConsentSchema, { status: Status.ACTIVE, provision: provisionOf(terms, owner) });

  it("is active until its end, and not when it was taken back", () => {
    expect(isActive(consent, 1_799_999_999_000)).toBe(true);
    expect(isActive(consent, 1_800_000_000_000)).toBe(false);
    expect(isActive({ ...consent, status: Status.INACTIVE }, 0)).toBe(false);
    expect(isActive(undefined, 0)).toBe(false);
  });

  it("has its text on this origin, named by its digest", () => {
    expect(textPath(text)).toBe(`/consent/${"ab".repeat(32)}.txt`);
  });
});

import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { TemplateSchema } from "../../../gen/volens/consent/v1/consent_pb";
import { AIUse, DataClass, RecipientClass } from "../../../gen/volens/consent/v1/duo_pb";
import { DatasetSchema, Kind } from "../../../gen/volens/dataset/v1/dataset_pb";
import { type Answer, complete, questionsFor, recipientChoices, termsOf } from "./draft";

const answer: Answer = {
  who: [RecipientClass.ACADEMIC],
  why: "HMB",
  ai: AIUse.AI_USE_NONE,
  limits: [],
  topics: [],
  referTo: "",
  end: "never",
  money: "",
  understood: true,
};

describe("the questions before sharing", () => {
  it("come in the order of a request, money last", () => {
    expect(questionsFor({}, Kind.VCF)).toEqual(["who", "why", "ai", "limits", "topics", "end", "money"]);
  });

  it("ask for illnesses only after them, and for what is inside where the kind does not say it", () => {
    expect(questionsFor({ why: "DS" }, Kind.VCF)).toContain("diseases");
    expect(questionsFor({}, Kind.FHIR_BUNDLE)).toContain("what");
    expect(questionsFor({}, Kind.DICOM_STUDY)).not.toContain("what");
  });

  it("never offer insurers, employers or law enforcement", () => {
    const never = [RecipientClass.INSURER, RecipientClass.EMPLOYER, RecipientClass.LAW_ENFORCEMENT];
    expect(recipientChoices.filter((choice) => never.includes(choice))).toEqual([]);
  });

  it("all need an answer, and understanding", () => {
    expect(complete({})).toBe(false);
    expect(complete(answer)).toBe(true);
    expect(complete({ ...answer, understood: false })).toBe(false);
    for (const name of Object.keys(answer)) {
      expect(complete({ ...answer, [name]: undefined }), name).toBe(false);
    }
  });

  it("become terms: paid to the dataset's own account, for what its kind holds", () => {
    const dataset = create(DatasetSchema, { owner: "volens1owner", payload: { kind: Kind.BAM } });
    const terms = termsOf(answer, create(TemplateSchema), dataset);
    expect(terms).toMatchObject({ payout: "volens1owner", dataClasses: [DataClass.READS] });
    expect(termsOf({ ...answer, money: "donate" }, create(TemplateSchema), dataset).payout).toBe("donate");
  });
});

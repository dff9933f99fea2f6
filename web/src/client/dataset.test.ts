import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChallengeSchema, ChallengeState, DeidentificationSchema } from "../gen/volens/attestation/v1/attestation_pb";
import { ConsentSchema, Status as ConsentStatus } from "../gen/volens/consent/v1/consent_pb";
import { InspectionSchema, InspectionState } from "../gen/volens/custody/v1/custody_pb";
import { DatasetSchema, Kind, ReceiptSchema, Status } from "../gen/volens/dataset/v1/dataset_pb";
import { type DatasetView, holdsGenes, standing } from "./dataset";

const now = 1_700_000_000_000;
const held: DatasetView = {
  dataset: create(DatasetSchema, { version: 2n, status: Status.ACTIVE, payload: { threshold: 1, kind: Kind.VCF } }),
  receipts: [create(ReceiptSchema)],
  consent: undefined,
  checked: undefined,
  challenge: undefined,
  inspections: [],
};
const statement = (seconds: bigint) => create(DeidentificationSchema, { expiry: { seconds } });
const checked = statement(1_700_000_001n);
const look = (state: InspectionState, version = 2n) => create(InspectionSchema, { state, version });
const consent = (status: ConsentStatus) => create(ConsentSchema, { status });

describe("standing", () => {
  it.each<[string, Partial<DatasetView>]>([
    ["unchecked", {}],
    ["sending", { receipts: [] }],
    ["checking", { inspections: [look(InspectionState.RELEASED)] }],
    ["unchecked", { inspections: [look(InspectionState.REQUESTED, 1n)] }],
    ["refused", { inspections: [look(InspectionState.REFUSED)] }],
    ["checking", { inspections: [look(InspectionState.REFUSED), look(InspectionState.REQUESTED)] }],
    ["ready", { checked }],
    ["unchecked", { checked: statement(1_700_000_000n) }],
    ["sharing", { checked, consent: consent(ConsentStatus.ACTIVE) }],
    ["ready", { checked, consent: consent(ConsentStatus.INACTIVE) }],
    ["frozen", { checked, challenge: create(ChallengeSchema, { state: ChallengeState.OPEN }) }],
    ["ready", { checked, challenge: create(ChallengeSchema, { state: ChallengeState.DISMISSED }) }],
    ["withdrawn", { checked, dataset: { ...held.dataset, status: Status.WITHDRAWN } }],
  ])("is %s", (wanted, change) => {
    expect(standing({ ...held, ...change }, now)).toBe(wanted);
  });
});

describe("holdsGenes", () => {
  it("is true of what relatives share, and of nothing else", () => {
    const kinds = Object.values(Kind).filter((kind) => typeof kind === "number");
    const others = [Kind.UNSPECIFIED, Kind.DICOM_STUDY, Kind.FHIR_BUNDLE, Kind.TABULAR];
    expect(kinds.filter((kind) => !holdsGenes(kind)).sort()).toEqual(others.sort());
  });
});

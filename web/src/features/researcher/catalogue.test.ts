import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Offer } from "../../client/catalogue";
import { DeidentificationSchema } from "../../gen/volens/attestation/v1/attestation_pb";
import { ConsentSchema, Status as ConsentStatus } from "../../gen/volens/consent/v1/consent_pb";
import { DatasetSchema, Kind } from "../../gen/volens/dataset/v1/dataset_pb";
import { counted, filtered } from "./catalogue";
import { catalogueSearch, tidy } from "./search";

const now = Date.UTC(2026, 10, 28);

function offer(id: string, kind: Kind, permission?: string, size = 1n, expiry?: number): Offer {
  return {
    dataset: create(DatasetSchema, { id, height: BigInt(id), payload: { kind, sizeBucket: size } }),
    consent: permission
      ? create(ConsentSchema, { status: ConsentStatus.ACTIVE, provision: { policy: { permission } } })
      : undefined,
    attestation: expiry ? create(DeidentificationSchema, { expiry: timestampFromMs(expiry) }) : undefined,
    challenged: false,
  };
}

const offers = [
  offer("1", Kind.VCF, "DUO:0000006", 5n, now + 1),
  offer("2", Kind.BAM, "DUO:0000042", 9n, now),
  offer("3", Kind.VCF, undefined, 7n),
];
const ids = (raw: Record<string, unknown>, suits?: Parameters<typeof filtered>[3]) =>
  filtered(offers, catalogueSearch.parse(raw), now, suits).map(({ dataset }) => dataset.id);

describe("the catalogue", () => {
  it("shows all, the newest first, when nothing is asked", () => expect(ids({})).toEqual(["3", "2", "1"]));

  it("filters by kind, permission and a live attestation", () => {
    expect(ids({ kind: ["VCF"] })).toEqual(["3", "1"]);
    expect(ids({ permission: "HMB" })).toEqual(["1"]);
    expect(ids({ attested: true })).toEqual(["1"]);
  });

  it("orders by size", () => {
    expect(ids({ order: "largest" })).toEqual(["2", "3", "1"]);
    expect(ids({ order: "smallest" })).toEqual(["1", "3", "2"]);
  });

  it("hides what the rules deny to a draft, and what was not looked at stays", () => {
    const suits = new Map([
      ["1", { verdict: "ALLOW", reasons: [] }],
      ["2", { verdict: "DENY", reasons: ["VISA"] }],
    ] as const);
    expect(ids({}, suits)).toEqual(["3", "1"]);
  });

  it("reads an address that makes no sense as nothing asked", () => {
    const odd = { kind: ["<script>"], permission: 7, draft: "zz", order: "by-name", page: "-1", attested: "yes" };
    expect(tidy(catalogueSearch.parse(odd))).toEqual({});
    expect(tidy(catalogueSearch.parse({ kind: "VCF", page: "2" }))).toEqual({ kind: ["VCF"], page: 2 });
  });

  it("counts kinds by permission", () => {
    expect(counted(offers)).toEqual([
      { kind: "BAM", permission: "GRU", count: 1 },
      { kind: "VCF", permission: "HMB", count: 1 },
      { kind: "VCF", permission: "none", count: 1 },
    ]);
  });
});

import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import vectors from "../../../../test/vectors/duo.json";
import { PolicySchema, UseSchema } from "../../gen/volens/consent/v1/duo_pb";
import { fromBase64 } from "../bytes";
import { type Facts, nanoseconds, type OrganisationFacts } from "./facts";
import { permits } from "./permits";

/** Go's JSON leaves zero fields out, and writes times as text. */
type Loose = Record<string, unknown>;

const read = { ignoreUnknownFields: true } as const;
const policies = new Map(
  Object.entries(vectors.policies).map(([k, v]) => [k, fromJson(PolicySchema, v as JsonObject, read)]),
);
const uses = new Map(Object.entries(vectors.uses).map(([k, v]) => [k, fromJson(UseSchema, v as JsonObject, read)]));
const keys = new Map(Object.entries(vectors.uses).map(([k, v]) => [k, BigInt((v as Loose).key_id as number)]));
const facts = new Map(Object.entries(vectors.facts).map(([k, v]) => [k, factsOf(v as Loose)]));

/** Go's zero time is no time. */
function time(value: unknown): bigint | undefined {
  if (typeof value !== "string" || value.startsWith("0001-")) return undefined;
  return nanoseconds(fromJson(TimestampSchema, value));
}

function organisation(o: Loose | undefined): OrganisationFacts {
  return {
    address: (o?.address as string) ?? "",
    kind: (o?.kind as number) ?? 0,
    country: (o?.country as string) ?? "",
    accredited: o?.accredited === true,
  };
}

function factsOf(v: Loose): Facts {
  const { consent, dataset, attestation, codebook } = v as Record<string, Loose>;
  return {
    height: BigInt(v.height as number),
    time: time(v.time) ?? -(1n << 80n),
    consent: {
      active: consent?.active === true,
      start: time(consent?.start),
      expiry: time(consent?.expiry),
      noExpiry: consent?.no_expiry === true,
    },
    dataset: {
      active: dataset?.active === true,
      keyId: BigInt(dataset?.key_id as number),
      dataClasses: (dataset?.data_classes as number[]) ?? [],
    },
    attestation: {
      live: attestation?.live === true,
      basis: attestation?.basis as number,
      challenged: attestation?.challenged === true,
    },
    approvals: ((v.approvals as Loose[]) ?? []).map((a) => ({
      evidence: a.evidence as number,
      organisation: a.organisation as string,
      protocolSha256: fromBase64((a.protocol_sha256 as string) ?? ""),
      purposes: (a.purposes as number[]) ?? [],
      expiry: time(a.expiry) ?? -(1n << 80n),
    })),
    organisation: organisation(v.organisation as Loose),
    beneficialOwner: organisation(v.beneficial_owner as Loose),
    recipients: ((v.recipients as Loose[]) ?? []).map((r) => ({
      address: r.address as string,
      organisation: organisation(r.organisation as Loose),
      class: r.class as number,
      visa: r.visa as number,
      visaExpiry: time(r.visa_expiry) ?? -(1n << 80n),
    })),
    coSigners: (v.co_signers as string[]) ?? [],
    computeCountry: (v.compute_country as string) ?? "",
    codebook: codebook && {
      version: (codebook.version as string) ?? "",
      root: fromBase64((codebook.root as string) ?? ""),
      size: BigInt((codebook.size as number) ?? 0),
    },
    referralApproved: v.referral_approved === true,
  };
}

function pick<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined) throw new Error(`no ${name} in the vectors`);
  return found;
}

describe("permits", () => {
  it("has Go's vectors", () => expect(vectors.cases.length).toBeGreaterThan(900));

  it.each(vectors.cases)("decides as Go does: $name", ({ policy, use, facts: about, verdict, reasons }) => {
    const decision = permits(pick(policies, policy), pick(uses, use), pick(keys, use), pick(facts, about));
    expect(decision).toEqual({ verdict, reasons: reasons ?? [] });
  });
});

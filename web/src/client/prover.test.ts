import { create, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Proven } from "../chain/proof";
import { encodeAddress } from "../core/address";
import { toHex } from "../core/bytes";
import {
  committeeKey,
  datasetKey,
  emissionKey,
  organisationKey,
  releaseKey,
  requestKey,
  type StateKey,
} from "../core/statekeys";
import { OrganisationKind, OrganisationSchema } from "../gen/volens/attestation/v1/attestation_pb";
import { AIUse } from "../gen/volens/consent/v1/duo_pb";
import { EmissionSchema, JobKind, KeySchema, ReleaseSchema } from "../gen/volens/custody/v1/custody_pb";
import { DatasetSchema, PayloadSchema } from "../gen/volens/dataset/v1/dataset_pb";
import { RequestSchema, State } from "../gen/volens/market/v1/market_pb";
import type { Opening } from "./activity";
import { type Prover, provenOpenings, provenRelease, provenRequest, provenTerms, type ShownRequest } from "./prover";

const id = "0a".repeat(16);
const address = (byte: number) => encodeAddress(new Uint8Array(20).fill(byte));
const [researcher, hospital, company] = [address(1), address(2), address(3)];
const use = { organisation: hospital, beneficialOwner: company, ai: AIUse.AI_USE_NONE, commercial: false };
const price = { denom: "uusd", amount: "5000000" };
const request = create(RequestSchema, { id, researcher, height: 7n, yes: 2n, spec: { use, price, nMax: 3 } });
const organisation = create(OrganisationSchema, { address: hospital, kind: OrganisationKind.HOSPITAL, country: "NO" });
const owner = create(OrganisationSchema, { address: company, kind: OrganisationKind.COMPANY, country: "US" });
const shown: ShownRequest = { request, organisation, owner };

/** Proves what stands here; what does not is absent. */
function chain(...entries: readonly (readonly [StateKey, Uint8Array])[]): Prover {
  const state = new Map(entries.map(([{ store, key }, value]) => [`${store}/${toHex(key)}`, value]));
  return async (keys) =>
    keys.map((key) => ({ ...key, value: state.get(`${key.store}/${toHex(key.key)}`) }) as Partial<Proven> as Proven);
}

const entry = <D extends DescMessage>(key: StateKey, schema: D, value: MessageShape<D>) =>
  [key, toBinary(schema, value)] as const;
const asks = (value = request) => entry(requestKey(id), RequestSchema, value);
const parties = [
  entry(organisationKey(hospital), OrganisationSchema, organisation),
  entry(organisationKey(company), OrganisationSchema, owner),
];

describe("a request that a person saw", () => {
  it("is the chain's, whatever has happened to it since", async () => {
    await provenRequest(chain(asks(), ...parties), shown);
    const later = create(RequestSchema, { ...request, state: State.OPEN, yes: 3n, seats: 3n });
    await provenRequest(chain(asks(later), ...parties), shown);
    await provenRequest(chain(asks()), { request, organisation: undefined, owner: undefined });
  });

  it.each<[string, Partial<ShownRequest>]>([
    ["researcher", { request: create(RequestSchema, { ...request, researcher: address(9) }) }],
    ["height", { request: create(RequestSchema, { ...request, height: 8n }) }],
    ["id", { request: create(RequestSchema, { ...request, id: "0b".repeat(16) }) }],
    [
      "purpose",
      {
        request: create(RequestSchema, {
          id,
          researcher,
          height: 7n,
          spec: { use: { ...use, ai: AIUse.AI_USE_TRAIN }, price, nMax: 3 },
        }),
      },
    ],
    [
      "price",
      {
        request: create(RequestSchema, {
          id,
          researcher,
          height: 7n,
          spec: { use, price: { ...price, amount: "9000000" }, nMax: 3 },
        }),
      },
    ],
    [
      "interest",
      {
        request: create(RequestSchema, {
          id,
          researcher,
          height: 7n,
          spec: { use: { ...use, beneficialOwner: hospital }, price, nMax: 3 },
        }),
      },
    ],
    ["nothing in it", { request: create(RequestSchema, { id, researcher, height: 7n }) }],
    [
      "organisation",
      { organisation: create(OrganisationSchema, { ...organisation, kind: OrganisationKind.UNIVERSITY }) },
    ],
    ["unknown organisation", { organisation: undefined }],
    ["owner", { owner: create(OrganisationSchema, { ...owner, country: "NO" }) }],
  ])("with another %s is refused", async (_, change) => {
    const asked = provenRequest(chain(asks(), ...parties), { ...shown, ...change });
    await expect(asked).rejects.toMatchObject({ kind: "integrity", code: "request-differs" });
  });

  it("is refused when the chain has no such request", async () => {
    const asked = provenRequest(chain(...parties), shown);
    await expect(asked).rejects.toMatchObject({ kind: "integrity", code: "request-differs" });
  });
});

describe("a released file", () => {
  const datasetId = "0c".repeat(16);
  const y = new Uint8Array(32).fill(4);
  const release = create(ReleaseSchema, { requestId: id, seat: 0n, datasetId, version: 2n, keyId: 3n, s: y.fill(5) });
  const payload = create(PayloadSchema, { sha256: new Uint8Array(32).fill(6), threshold: 1 });
  const dataset = create(DatasetSchema, { id: datasetId, version: 2n, payload });
  const key = create(KeySchema, { keyId: 3n, y });
  const all = [
    entry(releaseKey(id, 0n), ReleaseSchema, release),
    entry(datasetKey(datasetId), DatasetSchema, dataset),
    entry(committeeKey(3n), KeySchema, key),
  ] as const;

  it("is the chain's, with the committee's point", async () => {
    expect(await provenRelease(chain(...all), release, payload)).toEqual(y);
  });

  it.each([
    ["key", chain(...all), create(ReleaseSchema, { ...release, s: new Uint8Array(32) }), payload],
    ["reader", chain(...all), create(ReleaseSchema, { ...release, reader: "somebody" }), payload],
    ["file", chain(...all), release, create(PayloadSchema, { ...payload, sha256: new Uint8Array(32) })],
    ["version", chain(all[0], entry(all[1][0], DatasetSchema, { ...dataset, version: 3n }), all[2]), release, payload],
    ["committee", chain(all[0], all[1]), release, payload],
    ["dataset", chain(all[0], all[2]), release, payload],
    ["nothing", chain(), release, payload],
  ])("with another %s is refused", async (_, prover, told, registered) => {
    const asked = provenRelease(prover, told, registered);
    await expect(asked).rejects.toMatchObject({ kind: "integrity", code: "proof-other" });
  });
});

describe("who has opened a dataset", () => {
  const mine = "0b".repeat(16);
  const list = Array.from({ length: 45 }, (_, i) => {
    const seat = BigInt(i);
    const emission = create(EmissionSchema, { datasetId: mine, requestId: id, seat, kind: JobKind.RELEASE });
    const released = create(ReleaseSchema, { datasetId: mine, requestId: id, seat, reader: `reader ${i}` });
    return { emission, release: i === 7 ? undefined : released };
  });
  const emissions = list.map(({ emission }) => entry(emissionKey(mine, id, emission.seat), EmissionSchema, emission));
  const releases = list.flatMap(({ release }) =>
    release ? [entry(releaseKey(id, release.seat), ReleaseSchema, release)] : [],
  );
  const all = chain(...emissions, ...releases);
  const refused = (told: Promise<void>) =>
    expect(told).rejects.toMatchObject({ kind: "integrity", code: "proof-other" });

  it("is the chain's, however many they are", async () => {
    await provenOpenings(all, mine, list);
    await provenOpenings(chain(), mine, []);
  });

  it.each([0, 20, 44])("is refused when opening %d tells of another, or is none", async (place) => {
    const other = (change: Partial<Opening>) => list.map((one, i) => (i === place ? { ...one, ...change } : one));
    const release = list[place]?.release;
    const reader = release ? { ...release, reader: "somebody else" } : undefined;
    await refused(provenOpenings(all, mine, other({ release: reader })));
    await refused(provenOpenings(chain(...emissions.filter((_, i) => i !== place), ...releases), mine, list));
    await refused(provenOpenings(chain(...emissions, ...releases.slice(1)), mine, list.slice(0, 1)));
    await expect(provenOpenings(all, mine, other({ release: undefined }))).rejects.toMatchObject({ code: "too-early" });
  });

  it("is refused when it tells of another dataset's release", async () => {
    const stranger = create(ReleaseSchema, { datasetId: id, requestId: id, seat: 0n });
    const told = [{ emission: list[0]?.emission ?? create(EmissionSchema), release: stranger }];
    const prover = chain(...emissions, entry(releaseKey(id, 0n), ReleaseSchema, stranger));
    await refused(provenOpenings(prover, mine, told));
  });
});

describe("the terms of a request", () => {
  it("are the chain's", async () => {
    await provenTerms(chain(asks()), request);
  });

  it("are refused when they differ, and not there yet is not a lie", async () => {
    const told = create(RequestSchema, { ...request, researcher: company });
    await expect(provenTerms(chain(asks()), told)).rejects.toMatchObject({ code: "request-differs" });
    await expect(provenTerms(chain(), request)).rejects.toMatchObject({ kind: "unavailable", code: "too-early" });
  });
});

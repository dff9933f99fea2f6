import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/wallet.json";
import { Node } from "../chain/node";
import type { Proven } from "../chain/proof";
import { nodeDouble, valueAnswer } from "../chain/testing/server";
import { bigEndian, toHex } from "../core/bytes";
import { latestConsentKey } from "../core/statekeys";
import { ConsentSchema, Status } from "../gen/volens/consent/v1/consent_pb";
import { QueryConsentResponseSchema } from "../gen/volens/consent/v1/query_pb";
import { memoryRecords } from "../storage/testingrecords";
import { entrusted, freshNumber, stopFor } from "./carer";
import type { Prover } from "./prover";
import { VaultService } from "./worker/vaultservice";

const id = "0a".repeat(16);
const words = vectors[0]?.words ?? "";

async function open() {
  const nothing = () => undefined;
  const records = memoryRecords();
  const service = new VaultService({ records, idle: 1e6, now: () => 0, changed: nothing, locked: nothing });
  const by = { credential: Uint8Array.of(1), salt: new Uint8Array(32), secret: new Uint8Array(32) };
  await service.restore(words, { kind: "passkey", ...by });
  return service.opened();
}

/** A node that tells one consent. */
function nodeWith(revoker: string, status = Status.ACTIVE) {
  const message = create(QueryConsentResponseSchema, { consent: { datasetId: id, version: 3n, status, revoker } });
  const answer = valueAnswer(toBinary(QueryConsentResponseSchema, message));
  return new Node({ fetch: nodeDouble(() => answer).fetch });
}

/** Proofs of a state in which it has stopped. */
const stopped: Prover = async ([key]) => {
  const latest = toHex(key?.key ?? new Uint8Array()) === toHex(latestConsentKey(id).key);
  const consent = create(ConsentSchema, { datasetId: id, version: 4n, status: Status.INACTIVE });
  const value = latest ? bigEndian(4n, 8) : toBinary(ConsentSchema, consent);
  return [{ ...key, height: 9n, value } as Partial<Proven> as Proven];
};

/** A carer who keeps what she would send. */
async function carer(revoker: string | undefined, status?: Status) {
  const vault = await open();
  const { address } = await freshNumber(vault);
  const sent: unknown[] = [];
  const send = async (...what: unknown[]) => {
    sent.push(what);
    return { hash: "", height: 1n };
  };
  return { sent, address, who: { vault, send, prove: stopped, node: nodeWith(revoker ?? address, status) } };
}

describe("a carer's number", () => {
  it("stays the same until somebody named it or another one is wanted, and is never the main account", async () => {
    const vault = await open();
    const first = await freshNumber(vault);
    expect((await freshNumber(vault)).address).toBe(first.address);
    expect(first).toMatchObject({ name: "help-1", index: 1 });
    const other = await freshNumber(vault, [first.address]);
    expect(other.name).toBe("help-2");
    await vault.markUsed(first.address);
    expect((await freshNumber(vault)).address).toBe(other.address);
    await vault.markUsed(other.address);
    expect((await freshNumber(vault)).name).toBe("help-3");
  });
});

describe("a carer", () => {
  it("stops by the account that was named, for nothing and with nothing else", async () => {
    const { who, sent, address } = await carer(undefined);
    expect(await entrusted(who, id)).toMatchObject({ account: address });
    await stopFor(who, id);
    expect(sent).toEqual([
      [address, [expect.objectContaining({ signer: address, datasetId: id, version: 3n })], { fee: "free" }],
    ]);
  });

  it.each([
    ["nobody was named", "", Status.ACTIVE, "consent-not-revoker"],
    ["somebody else was named", "volens1other", Status.ACTIVE, "consent-not-revoker"],
    ["it was stopped before", undefined, Status.INACTIVE, "consent-not-active"],
  ])("sends nothing when %s", async (_, revoker, status, code) => {
    const { who, sent } = await carer(revoker, status);
    await expect(stopFor(who, id)).rejects.toMatchObject({ kind: "refused", code });
    expect(sent).toEqual([]);
  });

  it("asks for no data with a wrong number", async () => {
    const { who } = await carer(undefined);
    await expect(entrusted(who, "../x")).rejects.toMatchObject({ kind: "usage", code: "bad-id" });
  });
});

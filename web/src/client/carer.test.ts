import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import vectors from "../../../test/vectors/wallet.json";
import { Node } from "../chain/node";
import type { Proven } from "../chain/proof";
import { nodeDouble, valueAnswer } from "../chain/testing/server";
import { bigEndian, toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { latestConsentKey } from "../core/statekeys";
import { codeOfAsync } from "../core/testing";
import { ConsentSchema, Status } from "../gen/volens/consent/v1/consent_pb";
import { QueryConsentResponseSchema } from "../gen/volens/consent/v1/query_pb";
import { memoryRecords } from "../storage/testingrecords";
import { entrusted, freshNumber, shownNumbers, stopFor } from "./carer";
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
  const opened = service.opened();
  /** As the page searches: the accounts that are known, of the first 20. */
  const findAccounts = async (known: (address: string) => Promise<boolean>) => {
    const there = await Promise.all(opened.addresses(0, 20).map(known));
    return opened.adopt(there.flatMap((yes, index) => (yes ? [index] : [])));
  };
  return Object.assign(opened, { findAccounts });
}

/** A node that tells one consent. */
function nodeWith(revoker: string, status = Status.ACTIVE) {
  const message = create(QueryConsentResponseSchema, { consent: { datasetId: id, version: 3n, status, revoker } });
  const answer = valueAnswer(toBinary(QueryConsentResponseSchema, message));
  return new Node({ fetch: nodeDouble(() => answer).fetch });
}

/** Proofs of a state with one consent. */
function proving(revoker: string, status: Status): Prover {
  return async ([key]) => {
    const latest = toHex(key?.key ?? new Uint8Array()) === toHex(latestConsentKey(id).key);
    const consent = create(ConsentSchema, { datasetId: id, version: 4n, status, revoker });
    const value = latest ? bigEndian(4n, 8) : toBinary(ConsentSchema, consent);
    return [{ ...key, height: 9n, value } as Partial<Proven> as Proven];
  };
}

/** A carer who keeps what she would send. */
async function carer(revoker: string | undefined, status?: Status) {
  const vault = await open();
  const { address } = await freshNumber(vault);
  const sent: unknown[] = [];
  const send = async (...what: unknown[]) => {
    sent.push(what);
    return { hash: "", height: 1n };
  };
  const prove = proving(revoker ?? address, Status.INACTIVE);
  return { sent, address, who: { vault, send, prove, node: nodeWith(revoker ?? address, status) } };
}

describe("a carer's number", () => {
  it("is a new one each time, and never the main account", async () => {
    const vault = await open();
    const [first, second] = [await freshNumber(vault), await freshNumber(vault)];
    expect(first).toMatchObject({ name: "help-1", index: 1 });
    expect(second).toMatchObject({ name: "help-2", index: 2 });
  });

  it("that was shown is known as such by whoever comes later, until its owner was found", async () => {
    const vault = await open();
    expect(await shownNumbers(vault)).toEqual([]);
    const [first, second] = [await freshNumber(vault), await freshNumber(vault)];
    expect(await shownNumbers(vault)).toMatchObject([{ address: second.address }, { address: first.address }]);
    await vault.markUsed(first.address);
    expect(await shownNumbers(vault)).toMatchObject([{ address: second.address }]);
  });
});

describe("numbers that nobody named", () => {
  it("are five at most, and leave room for own data", async () => {
    const vault = await open();
    for (let i = 0; i < 5; i++) await freshNumber(vault);
    for (let i = 0; i < 20; i++) expect(await codeOfAsync(() => freshNumber(vault))).toBe("numbers-waiting");
    expect(await vault.accountFor("dataset-0a")).toMatchObject({ index: 6 });
    const [newest] = await shownNumbers(vault);
    await vault.markUsed(newest?.address ?? "");
    expect(await freshNumber(vault)).toMatchObject({ name: "help-6" });
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

  it("is never told that she has no right, or that nothing is shared, by the node's word alone", async () => {
    const { who, address } = await carer(undefined);
    const prove = proving(address, Status.ACTIVE);
    const empty = new Node({ fetch: nodeDouble(() => valueAnswer(new Uint8Array())).fetch });
    for (const node of [empty, nodeWith(""), nodeWith("volens1other"), nodeWith(address, Status.INACTIVE)]) {
      const found = await entrusted({ ...who, node, prove }, id);
      expect(found).toMatchObject({ account: address, consent: { status: Status.ACTIVE } });
    }
    const silent: Prover = async () => {
      throw new Fault("unavailable", "too-early");
    };
    expect(await entrusted({ ...who, prove: silent }, id)).toMatchObject({ account: address });
    await expect(entrusted({ ...who, node: nodeWith(""), prove: silent }, id)).rejects.toMatchObject({
      code: "too-early",
    });
  });

  it("who got back in by her words is known by the numbers that she gave away before", async () => {
    const { who, address } = await carer(undefined);
    const vault = await open();
    expect(await vault.accounts()).toHaveLength(1);
    expect(await entrusted({ ...who, vault }, id)).toMatchObject({ account: address });
    expect(await vault.accounts()).toMatchObject([{ name: "main" }, { name: "account-1", address, used: true }]);
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

import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it, vi } from "vitest";
import thresholdVectors from "../../../../test/vectors/threshold.json";
import vectors from "../../../../test/vectors/wallet.json";
import { parseAddress } from "../../core/address";
import { fromHex, fromUtf8, toHex, utf8 } from "../../core/bytes";
import { deliveryIdentity, patientIdentity, recipientOf } from "../../core/derive";
import { Fault } from "../../core/fault";
import { canonicalBytes } from "../../core/jcs";
import { arbitraryDocument } from "../../core/login";
import { codeOf, codeOfAsync, turned } from "../../core/testing";
import { Key } from "../../core/threshold/key";
import { verifySeat } from "../../core/threshold/seat";
import { isSignature } from "../../core/wallet";
import { SignDocSchema } from "../../gen/cosmos/tx/v1beta1/tx_pb";
import { memoryRecords } from "../../storage/testingrecords";
import type { VaultState } from "../vault";
import type { Opener } from "./lockbox";
import { VaultService } from "./vaultservice";

const known = vectors[1];
if (known === undefined) throw new Error("test/vectors/wallet.json is empty");
const id = "30".repeat(16);
const idle = 600_000;
const passphrase = { kind: "passphrase", passphrase: "correct horse battery" } as const;
const passkey = (): Opener => ({
  kind: "passkey",
  credential: Uint8Array.of(1, 2, 3),
  salt: new Uint8Array(32).fill(4),
  secret: new Uint8Array(32).fill(5),
});

function device() {
  const records = memoryRecords();
  const states: VaultState[] = [];
  const clock = { now: 1_000_000 };
  const locked = vi.fn();
  const tab = () =>
    new VaultService({ records, idle, now: () => clock.now, changed: (state) => void states.push(state), locked });
  return { records, states, clock, locked, tab, service: tab() };
}

async function opened() {
  const all = device();
  await all.service.restore(known?.words ?? "", passkey());
  return { ...all, open: all.service.opened() };
}

describe("the life of a vault", () => {
  it("is made, locked and opened by a passkey", async () => {
    const { service, states } = device();
    await service.load();
    await service.create(passkey());
    const words = service.opened().words();
    expect(words).toHaveLength(24);
    await service.lock();
    expect(codeOf(() => service.opened())).toBe("vault-locked");
    expect(service.passkey()).toEqual({ credential: "AQID", salt: expect.any(String) });
    await service.unlock(passkey());
    expect(service.opened().words()).toEqual(words);
    const main = service.opened().main;
    expect(states).toEqual([
      { status: "none" },
      { status: "open", methods: ["passkey"], main, backedUp: false },
      { status: "locked", methods: ["passkey"] },
      { status: "open", methods: ["passkey"], main, backedUp: false },
    ]);
  });

  it("is restored from the command line's words, with the same accounts", async () => {
    const { open, states } = await opened();
    expect(open.words().join(" ")).toBe(known.words);
    const [account] = await open.accounts();
    expect([account?.address, toHex(account?.publicKey ?? utf8(""))]).toEqual([
      known.accounts[0]?.address,
      known.accounts[0]?.public_key,
    ]);
    expect(states.at(-1)).toMatchObject({ status: "open", backedUp: true });
  });

  it("takes a second way to unlock, and keeps one", async () => {
    const { service } = await opened();
    await service.addMethod(passphrase);
    await service.lock();
    expect(await codeOfAsync(() => service.unlock({ ...passphrase, passphrase: "correct horse batterx" }))).toBe(
      "passphrase-wrong",
    );
    await service.unlock(passphrase);
    await service.removeMethod("passkey");
    expect(await codeOfAsync(() => service.removeMethod("passphrase"))).toBe("last-method");
    expect(await codeOfAsync(() => service.unlock(passkey()))).toBe("no-method");
    expect(service.opened().words().join(" ")).toBe(known.words);
  }, 60_000);

  it("is not opened by another passkey, nor after a change", async () => {
    const { service, records, tab } = await opened();
    await service.lock();
    const stranger = { ...passkey(), secret: new Uint8Array(32) } as Opener;
    expect(await codeOfAsync(() => service.unlock(stranger))).toBe("passkey-wrong");

    const box = JSON.parse(fromUtf8(records.all.get("vault") ?? utf8("")));
    records.all.set("vault", canonicalBytes({ ...box, main: vectors[0]?.accounts[0]?.address }));
    const moved = tab();
    await moved.load();
    expect(await codeOfAsync(() => moved.unlock(passkey()))).toBe("passkey-wrong");
  });

  const broken = { status: "broken", fault: expect.objectContaining({ kind: "integrity", code: "vault-damaged" }) };

  it.each([
    ["empty", () => ""],
    ["cut off", (text: string) => text.slice(0, text.length / 2)],
    ["of nothing", () => "{}"],
    ["a list", () => "[]"],
    ["without a lock", (text: string) => JSON.stringify({ ...JSON.parse(text), locks: [] })],
    ["with half a lock", (text: string) => text.replace(/"sealed":"[^"]*"/, '"sealed":"AAAA"')],
    ["no text", () => "\ud800"],
  ])("whose record is %s says so, and comes back by the words with its notes", async (_, damage) => {
    const { records, tab, states, open } = await opened();
    await open.accountFor("dataset-1");
    await open.notes.put("app/draft", utf8("kept"));
    records.all.set("vault", utf8(damage(fromUtf8(records.all.get("vault") ?? utf8("")))));
    const service = tab();
    await service.load();
    expect(states.at(-1)).toEqual(broken);
    expect(await codeOfAsync(() => service.create(passkey()))).toBe("vault-damaged");
    expect(await codeOfAsync(() => service.unlock(passkey()))).toBe("no-vault");
    await service.restore(known.words, passkey());
    expect(states.at(-1)).toMatchObject({ status: "open", backedUp: true });
    expect((await service.opened().accounts()).map(({ name }) => name)).toEqual(["main", "dataset-1"]);
    expect(await service.opened().notes.get("app/draft")).toEqual(utf8("kept"));
  });

  it("whose list of accounts is damaged says so when it is unlocked, and the words mend it", async () => {
    const { records, tab, states, open } = await opened();
    await open.notes.put("app/draft", utf8("kept"));
    for (const [name, raw] of records.all)
      if (name.startsWith("note/")) records.all.set(name, turned(raw, raw.length - 1));
    const service = tab();
    await service.load();
    expect(states.at(-1)).toEqual({ status: "locked", methods: ["passkey"] });
    expect(await codeOfAsync(() => service.unlock(passkey()))).toBe("vault-damaged");
    expect(states.at(-1)).toEqual(broken);
    expect(codeOf(() => service.opened())).toBe("vault-locked");
    await service.restore(known.words, passkey(), true);
    expect((await service.opened().accounts()).map(({ name }) => name)).toEqual(["main"]);
    expect(await service.opened().notes.names("")).toEqual(["vault/book"]);
  });

  it("that was damaged takes other words only when the old ones' notes may go; or is forgotten", async () => {
    const { records, tab, states, open } = await opened();
    await open.notes.put("app/draft", utf8("kept"));
    records.all.set("vault", utf8("{"));
    const service = tab();
    await service.load();
    const others = vectors[0]?.words ?? "";
    const before = new Map(records.all);
    expect(await service.canRead(others)).toBe(false);
    expect(await service.canRead(known.words)).toBe(true);
    expect(await codeOfAsync(() => service.restore(others, passkey()))).toBe("notes-of-others");
    expect(records.all).toEqual(before);
    expect(states.at(-1)).toEqual(broken);
    await service.restore(others, passkey(), true);
    expect(await service.opened().notes.names("")).toEqual(["vault/book"]);
    expect(await service.canRead(known.words)).toBe(true);
    records.all.set("vault", utf8("{"));
    const other = tab();
    await other.load();
    await other.forget();
    expect(states.at(-1)).toEqual({ status: "none" });
    expect(records.all.size).toBe(0);
  });

  it("loses no note because the device failed while it was mended", async () => {
    const { records, tab, open } = await opened();
    await open.notes.put("app/draft", utf8("kept"));
    records.all.set("vault", utf8("{"));
    const service = tab();
    await service.load();
    const before = new Map(records.all);
    const fails = vi.spyOn(records, "get").mockRejectedValue(new Fault("unavailable", "device-storage"));
    expect(await codeOfAsync(() => service.canRead(known.words))).toBe("device-storage");
    expect(await codeOfAsync(() => service.restore(known.words, passkey(), true))).toBe("device-storage");
    expect(await codeOfAsync(() => open.notes.dropUnreadable())).toBe("device-storage");
    expect(records.all).toEqual(before);
    fails.mockRestore();
    await service.restore(known.words, passkey());
    expect(await service.opened().notes.get("app/draft")).toEqual(utf8("kept"));
  });

  it("is not made twice, nor from wrong words, nor under a short passphrase", async () => {
    const { service } = await opened();
    expect(await codeOfAsync(() => service.create(passkey()))).toBe("vault-exists");
    const other = device().service;
    expect(await codeOfAsync(() => other.restore("abandon ".repeat(24), passkey()))).toBe("words-wrong");
    expect(await codeOfAsync(() => other.create({ kind: "passphrase", passphrase: "11 letters!" }))).toBe(
      "passphrase-short",
    );
    expect(await codeOfAsync(() => other.unlock(passkey()))).toBe("no-vault");
  });

  it("is forgotten whole", async () => {
    const { service, records, open } = await opened();
    await open.notes.put("a", utf8("b"));
    await service.forget();
    expect(records.all.size).toBe(0);
    await service.create(passkey());
    expect(service.opened().words().join(" ")).not.toBe(known.words);
  });

  it("follows another tab", async () => {
    const { service, tab, locked } = await opened();
    await tab().forget();
    await service.load();
    expect(codeOf(() => service.opened())).toBe("vault-locked");
    expect(locked).toHaveBeenCalledOnce();
  });
});

describe("idle", () => {
  it("locks, but not while somebody is there or work goes on", async () => {
    const { service, clock, locked } = await opened();
    clock.now += idle - 1;
    service.touch();
    clock.now += idle - 1;
    service.opened();
    await service.during(async () => {
      clock.now += 10 * idle;
      service.opened();
    });
    clock.now += idle - 1;
    service.opened();
    clock.now += 1;
    expect(codeOf(() => service.opened())).toBe("vault-locked");
    expect(locked).toHaveBeenCalledOnce();
  });

  it("locks by itself", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { clock, states } = await opened();
      clock.now += idle;
      await vi.advanceTimersByTimeAsync(idle);
      expect(states.at(-1)).toEqual({ status: "locked", methods: ["passkey"] });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("accounts", () => {
  it("are fresh for each dataset, and the same for one name", async () => {
    const { open } = await opened();
    const one = await open.accountFor("dataset-00000001");
    const two = await open.accountFor("dataset-00000002");
    expect([one.index, two.index]).toEqual([1, 2]);
    expect(one.address).toBe(known.accounts[1]?.address);
    expect(await open.accountFor("dataset-00000001")).toEqual(one);
    await open.markUsed(two.address);
    expect((await open.accounts()).map(({ used }) => used)).toEqual([false, false, true]);
    expect(await codeOfAsync(() => open.accountFor("../x"))).toBe("bad-name");
    expect(await codeOfAsync(() => open.markUsed(vectors[0]?.accounts[0]?.address ?? ""))).toBe("no-account");
  });

  it("leave no gap that a search would not cross", async () => {
    const { open } = await opened();
    for (let i = 1; i < 20; i++) await open.accountFor(`dataset-${i}`);
    expect(await codeOfAsync(() => open.accountFor("dataset-20"))).toBe("accounts-unused");
    await open.markUsed((await open.accountFor("dataset-7")).address);
    expect((await open.accountFor("dataset-20")).index).toBe(20);
  });

  it("are found again by their addresses", async () => {
    const { open } = await opened();
    const addresses = open.addresses(0, 20);
    expect(addresses[19]).toBe(known.accounts.find(({ index }) => index === 19)?.address);
    const found = await open.adopt([0, 3]);
    expect(found.map(({ name, index, used }) => [name, index, used])).toEqual([
      ["main", 0, true],
      ["account-3", 3, true],
    ]);
    expect((await open.accountFor("dataset-1")).index).toBe(4);
  });
});

describe("words", () => {
  it("are backed up when three of them are right", async () => {
    const { service } = device();
    await service.create(passkey());
    const open = service.opened();
    const answers = [3, 11, 24].map((place) => ({ place, word: ` ${open.words()[place - 1]?.toUpperCase()}` }));
    expect(await open.confirmWords(answers.slice(0, 2))).toBe(false);
    expect(await open.confirmWords([...answers.slice(0, 2), ...answers.slice(0, 1)])).toBe(false);
    expect(await open.confirmWords(answers.with(1, { place: 11, word: "wrong" }))).toBe(false);
    expect(await open.backedUp()).toBe(false);
    expect(await open.confirmWords(answers)).toBe(true);
    expect(await open.backedUp()).toBe(true);
  });
});

describe("signing", () => {
  const doc = toBinary(
    SignDocSchema,
    create(SignDocSchema, {
      bodyBytes: utf8("body"),
      authInfoBytes: utf8("info"),
      chainId: "volens-1",
      accountNumber: 7n,
    }),
  );
  const amino = canonicalBytes({ chain_id: "volens-1", msgs: [{ type: "volens/MsgX", value: {} }], memo: "" });

  it("signs a transaction, and a text as what it is", async () => {
    const { open } = await opened();
    const direct = await open.signDirect(open.main, doc);
    expect(isSignature(direct.signature, doc, direct.publicKey)).toBe(true);
    const legacy = await open.signAmino(open.main, amino);
    expect(isSignature(legacy.signature, amino, legacy.publicKey)).toBe(true);
    const text = await open.signArbitrary(open.main, "hello");
    expect(isSignature(text.signature, arbitraryDocument(open.main, "hello"), text.publicKey)).toBe(true);
  });

  it("signs nothing else, and for no other account", async () => {
    const { open } = await opened();
    for (const bytes of [utf8("not a document"), doc.slice(1), new Uint8Array([...doc, 0x30, 1])]) {
      expect(await codeOfAsync(() => open.signDirect(open.main, bytes))).toBe("not-a-document");
    }
    const login = arbitraryDocument(open.main, "text");
    for (const bytes of [utf8("{"), utf8("[]"), utf8("{}"), login]) {
      expect(await codeOfAsync(() => open.signAmino(open.main, bytes))).toBe("not-a-document");
    }
    expect(await codeOfAsync(() => open.signDirect(vectors[0]?.accounts[0]?.address ?? "", doc))).toBe("no-account");
  });
});

describe("secrets of datasets and requests", () => {
  it("come from the words alone", async () => {
    const { open } = await opened();
    const seed = fromHex(known.seed);
    expect(await open.patientRecipient(id)).toBe(await recipientOf(patientIdentity(seed, id)));
    expect(await open.deliveryRecipient(id)).toBe(await recipientOf(deliveryIdentity(seed, id)));
    expect(open.paperSalt(id)).toHaveLength(32);
  });

  it("are seats with proofs", async () => {
    const { open } = await opened();
    const committee = { originChain: "volens-1", keyId: 7n, y: fromHex(thresholdVectors.key.y) };
    const wanted = { key: committee, liveChain: "volens-1", requestId: id, reader: open.main, first: 5n, count: 3 };
    const seats = open.seats(wanted);
    const key = new Key(committee.originChain, committee.keyId, committee.y);
    for (const [i, seat] of seats.entries()) {
      const place = { ...wanted, index: 5n + BigInt(i), researcher: parseAddress(open.main) };
      verifySeat(key, place, seat.q, seat.proof);
    }
    expect(seats).toHaveLength(3);
    expect(open.seats({ ...wanted, first: 6n, count: 1 })[0]?.q).toEqual(seats[1]?.q);
    for (const count of [0, 201]) expect(codeOf(() => open.seats({ ...wanted, count }))).toBe("bad-number");
  });
});

describe("notes", () => {
  it("are kept, listed and dropped", async () => {
    const { open } = await opened();
    for (const name of ["draft/b", "draft/a", "else"]) await open.notes.put(name, utf8(`text of ${name}`));
    expect(await open.notes.names("draft/")).toEqual(["draft/a", "draft/b"]);
    expect(fromUtf8((await open.notes.get("draft/a")) ?? utf8(""))).toBe("text of draft/a");
    await open.notes.delete("draft/a");
    expect(await open.notes.get("draft/a")).toBeUndefined();
    expect(await codeOfAsync(() => open.notes.put("Übel", utf8("")))).toBe("bad-name");
  });

  it("are no more readable than the words without the key", async () => {
    const { open, records } = await opened();
    await open.notes.put("draft/canary-name", utf8("canary text"));
    const disk = [...records.all].map(([name, value]) => name + Buffer.from(value).toString("latin1")).join("\n");
    const secrets = ["canary", "draft", known.entropy, known.seed, "dataset-", ...known.words.split(" ")];
    for (const secret of secrets.filter((word) => word.length > 3)) expect(disk).not.toContain(secret);
    expect(disk).not.toContain(Buffer.from(fromHex(known.entropy)).toString("latin1"));
  });

  it("cannot be exchanged or changed", async () => {
    const { open, records } = await opened();
    await open.notes.put("one", utf8("1"));
    const [place, value] = [...records.all].find(([name]) => name.startsWith("note/")) ?? ["", utf8("")];
    records.all.set(place, turned(value, value.length - 1));
    expect(await codeOfAsync(() => open.notes.names("o"))).toBe("note-damaged");
    records.all.set(place, value);
    records.all.set("note/00", value);
    expect(await codeOfAsync(() => open.notes.names("o"))).toBe("note-damaged");
  });

  it("close with the vault", async () => {
    const { open, service } = await opened();
    await service.lock();
    expect(await codeOfAsync(() => open.notes.get("one"))).toBe("vault-locked");
    expect(await codeOfAsync(() => open.accountFor("dataset-1"))).toBe("vault-locked");
  });
});

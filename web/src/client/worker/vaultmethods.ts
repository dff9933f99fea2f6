import { wipe } from "../../core/bytes";
import { sealTo } from "../../core/envelope/header";
import type { DeidOptions, Released, SealTo } from "../sealer";
import type { MethodKind, SeatsWanted, WordAnswer } from "../vault";
import type { Opener } from "./lockbox";
import { entropyOf } from "./opened";
import type { Handler, Notify } from "./rpc";
import type { SealerHost } from "./sealerhost";
import type { Draft } from "./sealing";
import type { Shelf } from "./shelf";
import type { VaultService } from "./vaultservice";

/** What the methods of the vault work with. */
export interface Rooms {
  readonly service: VaultService;
  readonly sealer: SealerHost;
  readonly shelf: Shelf;
  /** Tells the other tabs that the vault on this device has changed. */
  readonly announce: () => void;
}

/** Everything that the page can ask of the vault, by name. Nothing of it gives a secret, but for `words`. */
export function vaultMethods(rooms: Rooms): ReadonlyMap<string, Handler> {
  return new Map([...lifeMethods(rooms), ...openMethods(rooms), ...sealerMethods(rooms)]);
}

function lifeMethods({ service, shelf, announce }: Rooms): [string, Handler][] {
  const announced = async (work: Promise<void>) => {
    await work;
    announce();
  };
  return [
    ["load", () => service.load()],
    ["checkWords", ([words]) => wipe(entropyOf(words as string))],
    ["create", ([by]) => announced(service.create(by as Opener))],
    ["canRead", ([words]) => service.canRead(words as string)],
    [
      "restore",
      ([words, by, dropNotes]) => announced(service.restore(words as string, by as Opener, dropNotes === true)),
    ],
    [
      "unlock",
      async ([by]) => {
        await service.unlock(by as Opener);
        await tidy(() => shelf.tidy(service.opened().notes));
      },
    ],
    ["lock", () => service.lock()],
    ["touch", () => service.touch()],
    ["passkey", () => service.passkey()],
    ["addMethod", ([by]) => announced(service.addMethod(by as Opener))],
    ["removeMethod", ([kind]) => announced(service.removeMethod(kind as MethodKind))],
    [
      "forget",
      async () => {
        await announced(service.forget());
        await shelf.clear();
      },
    ],
  ];
}

function openMethods({ service }: Rooms): [string, Handler][] {
  const open = () => service.opened();
  return [
    ["words", () => open().words()],
    [
      "confirmWords",
      async ([answers]) => {
        const right = await open().confirmWords(answers as WordAnswer[]);
        if (right) await service.retell();
        return right;
      },
    ],
    ["accounts", () => open().accounts()],
    ["accountFor", ([name]) => open().accountFor(name as string)],
    ["markUsed", ([address]) => open().markUsed(address as string)],
    ["addresses", ([first, count]) => open().addresses(first as number, count as number)],
    ["adopt", ([indices]) => open().adopt(indices as number[])],
    ["signDirect", ([address, doc]) => open().signDirect(address as string, doc as Uint8Array)],
    ["signAmino", ([address, doc]) => open().signAmino(address as string, doc as Uint8Array)],
    ["signArbitrary", ([address, text]) => open().signArbitrary(address as string, text as string)],
    ["patientRecipient", ([id]) => open().patientRecipient(id as string)],
    ["deliveryRecipient", ([id]) => open().deliveryRecipient(id as string)],
    ["seats", ([wanted]) => open().seats(wanted as SeatsWanted)],
    ["paperSalt", ([id]) => open().paperSalt(id as string)],
    ["keep", ([name, value]) => open().notes.put(appNote(name), value as Uint8Array)],
    ["kept", ([name]) => open().notes.get(appNote(name))],
    [
      "keptNames",
      async ([prefix]) => (await open().notes.names(appNote(prefix))).map((name) => name.slice(appPrefix.length)),
    ],
    ["drop", ([name]) => open().notes.delete(appNote(name))],
  ];
}

function sealerMethods({ service, sealer, shelf }: Rooms): [string, Handler][] {
  const notes = () => service.opened().notes;
  const work = <T>(method: string, args: readonly unknown[], notify: Notify): Promise<T> => {
    service.opened();
    return service.during(() => busy(() => sealer.call<T>(method, args, notify)));
  };
  const shelve = async (draft: Promise<Draft>, to: SealTo) => {
    const done = await draft;
    return shelf.put(notes(), done, to);
  };
  return [
    ["inspect", ([files, options], notify) => work("inspect", [files, options as DeidOptions], notify)],
    ["seal", ([files, options, to], notify) => shelve(work("seal", [files, options, to], notify), to as SealTo)],
    ["reseal", (args, notify) => shelve(work("reseal", args, notify), args[2] as SealTo)],
    ["sealed", ([id, version]) => shelf.get(notes(), id as string, version as bigint)],
    ["waiting", () => shelf.all(notes())],
    ["discard", ([id, version]) => shelf.discard(notes(), id as string, version as bigint)],
    [
      "papers",
      async ([id, version, recipient]) => {
        const papers = await shelf.papers(notes(), id as string, version as bigint);
        if (papers === undefined || recipient === undefined) return papers;
        return { ...papers, facets: await sealTo(recipient as string, papers.facets) };
      },
    ],
    ["open", ([source, released, to], notify) => work("open", [source, released, to], notify)],
    ["openOwn", ([source, facts, to], notify) => work("openOwn", [source, facts, to], notify)],
    ["judge", ([source, released, papers], notify) => work("judge", [source, released, papers], notify)],
    [
      "identity",
      ([released]) =>
        service
          .opened()
          .peer()
          .identity(released as Released),
    ],
  ];
}

/** The notes of the app stand apart from those of the vault itself. */
const appPrefix = "app/";

function appNote(name: unknown): string {
  return `${appPrefix}${String(name)}`;
}

const spoolLock = "volens-spool";

// While one tab writes, no other one tidies up.
function busy<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request(spoolLock, { mode: "shared" }, work);
}

async function tidy(work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return;
  await navigator.locks.request(spoolLock, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

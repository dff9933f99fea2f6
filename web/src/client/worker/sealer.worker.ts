import type { Bytes } from "../../core/bytes";
import { Fault } from "../../core/fault";
import { openSpool } from "../../storage/spool";
import type { DeidOptions, Facts, OldPapers, OldVersion, Papers, Released, SealedSource, SealTo } from "../sealer";
import { loadLibrary } from "./deid";
import { inspect } from "./deidentify";
import { judgeFile, openFile } from "./opening";
import { resealCopy } from "./resealing";
import { Client, type Handler, type Port, serve } from "./rpc";
import { type Bench, sealFiles } from "./sealing";

// The sealer: a worker that the vault starts when there is work, and ends when it is done: the memory of the
// de-identification comes back only so. Its first message is the channel to the vault.

const scope = self as unknown as Port & { addEventListener: DedicatedWorkerGlobalScope["addEventListener"] };
const methods = new Map<string, Handler>();

scope.addEventListener("message", (event: MessageEvent<{ vault?: MessagePort }>) => {
  if (event.data.vault) begin(new Client(event.data.vault));
});
serve(scope, (method) => methods.get(method) ?? notReady);

const notReady: Handler = () => {
  throw new Fault("internal", "no-method");
};

function begin(vault: Client): void {
  const spool = openSpool();
  const bench = async (): Promise<Bench> => ({
    library: loadLibrary,
    spool: await spool,
    vault: {
      pseudonymKey: (...args) => vault.call("pseudonymKey", args),
      patientRecipient: (...args) => vault.call("patientRecipient", args),
      facets: (...args) => vault.call("facets", args),
      unwrapOwn: (...args) => vault.call("unwrapOwn", args),
    },
  });
  const released = (r: Released) => (header: Uint8Array) => vault.call<Bytes>("unwrapReleased", [header, r]);
  const own = (facts: Facts) => (header: Uint8Array) => vault.call<Bytes>("unwrapOwn", [header, facts]);

  methods.set("inspect", async ([files, options], tell) => {
    return inspect({ library: await loadLibrary(), files: files as File[], options: options as DeidOptions, tell });
  });
  methods.set("seal", async ([files, options, to], tell) =>
    sealFiles(await bench(), files as File[], options as DeidOptions, to as SealTo, tell),
  );
  methods.set("reseal", async ([copy, old, to, papers], tell) =>
    resealCopy(await bench(), copy as SealedSource, old as OldVersion, to as SealTo, papers as OldPapers, tell),
  );
  methods.set("open", ([source, r, to], tell) => {
    const { facts, kind } = r as Released;
    return openFile(source as SealedSource, facts, kind, released(r as Released), to as FileSystemFileHandle, tell);
  });
  methods.set("openOwn", ([source, facts, to], tell) =>
    openFile(source as SealedSource, facts as Facts, "", own(facts as Facts), to as FileSystemFileHandle, tell),
  );
  methods.set("judge", async ([source, r, papers], tell) => {
    const { requestId } = r as Released;
    const facets = (paper: Uint8Array) => vault.call<Bytes>("facetsOf", [requestId, paper]);
    const asked = { unwrap: released(r as Released), facets };
    return judgeFile(await loadLibrary(), source as SealedSource, r as Released, papers as Papers, asked, tell);
  });
}

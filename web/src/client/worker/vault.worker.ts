import { Fault } from "../../core/fault";
import { openRecords } from "../../storage/records";
import { openSpool } from "../../storage/spool";
import type { VaultState } from "../vault";
import { type Port, serve } from "./rpc";
import { SealerHost } from "./sealerhost";
import { Shelf } from "./shelf";
import { vaultMethods } from "./vaultmethods";
import { VaultService } from "./vaultservice";

// The vault: a worker of the page, and the only place where secrets are. What the page can ask stands in vaultmethods.ts.

/** After ten minutes without anybody the vault locks. */
const idle = 10 * 60 * 1000;

const scope = self as unknown as Port;
const others = new BroadcastChannel("volens-vault");

async function start() {
  const [records, spool] = await Promise.all([openRecords("volens-vault"), openSpool()]).catch((cause: unknown) => {
    throw new Fault("unavailable", "device-storage", { cause });
  });
  const service: VaultService = new VaultService({
    records,
    idle,
    now: Date.now,
    changed: (state: VaultState) => tell(state),
    locked: () => sealer.end(new Fault("refused", "vault-locked")),
  });
  const sealer = new SealerHost(
    () => new Worker(new URL("./sealer.worker.ts", import.meta.url), { type: "module", name: "sealer" }),
    () => service.opened().peer(),
  );
  const shelf = new Shelf(spool);
  others.addEventListener("message", () => void service.load());
  return vaultMethods({ service, sealer, shelf, announce: () => others.postMessage("changed") });
}

const starting = start();
const tell = serve(scope, (method) => async (args, notify) => {
  const handler = (await starting).get(method);
  if (handler === undefined) throw new Fault("internal", "no-method");
  return handler(args, notify);
});

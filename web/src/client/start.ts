import { asFault, Fault } from "../core/fault";
import type { Sealer } from "./sealer";
import { SealerClient } from "./sealerclient";
import type { Vault, VaultState } from "./vault";
import { VaultClient } from "./vaultclient";
import { Client } from "./worker/rpc";

/**
 * Starts the vault's worker: once for a page. The vault tells when it has read what stands on this device; until then its
 * state is `loading`.
 */
export function startVault(): { readonly vault: Vault; readonly sealer: Sealer } {
  const worker = new Worker(new URL("./worker/vault.worker.ts", import.meta.url), { type: "module", name: "vault" });
  const client = new Client(worker, (state) => vault.changed(state as VaultState));
  const vault = new VaultClient(client);
  const broken = (fault: Fault) => vault.changed({ status: "broken", fault: fault.plain() });
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // Its words might hold a secret, and would stand in the console.
    const fault = new Fault("internal", "vault-crashed");
    client.end(fault);
    broken(fault);
  });
  client.call("load", []).catch((thrown: unknown) => broken(asFault(thrown)));
  return { vault, sealer: new SealerClient(client) };
}

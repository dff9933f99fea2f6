import type { Bytes } from "../core/bytes";
import { Fault } from "../core/fault";
import { gapLimit } from "../core/gap";
import { askPasskey, makePasskey, type PasskeySecret } from "./passkey";
import type {
  Method,
  MethodKind,
  Seat,
  SeatsWanted,
  Signed,
  Unlock,
  Vault,
  VaultAccount,
  VaultState,
  WordAnswer,
} from "./vault";
import type { Opener } from "./worker/lockbox";
import type { Client } from "./worker/rpc";

/** The least time between two messages that the person is there, in milliseconds. */
const touchPause = 5_000;

/** The page's end of the vault. */
export class VaultClient implements Vault {
  readonly #worker: Client;
  readonly #listeners = new Set<() => void>();
  #state: VaultState = { status: "loading" };
  #touched = 0;

  constructor(worker: Client) {
    this.#worker = worker;
  }

  /** Takes a change of the state from the worker. */
  changed(state: VaultState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  state(): VaultState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async create(method: Method): Promise<void> {
    this.#must("none", "vault-exists");
    await this.#withOpener(method, (by) => ["create", [by]]);
  }

  canRead(words: string): Promise<boolean> {
    return this.#call("canRead", words);
  }

  async restore(words: string, method: Method, { dropNotes = false } = {}): Promise<void> {
    if (!this.#isDamaged()) this.#must("none", "vault-exists");
    await this.#call("checkWords", words);
    await this.#withOpener(method, (by) => ["restore", [words, by, dropNotes]]);
  }

  async addMethod(method: Method): Promise<void> {
    this.#must("open", "vault-locked");
    await this.#withOpener(method, (by) => ["addMethod", [by]]);
  }

  async unlock(how: Unlock): Promise<void> {
    if (how.kind === "passphrase") return this.#call("unlock", how satisfies Opener);
    const kept = await this.#call<{ credential: string; salt: string }>("passkey");
    return this.#callWith(await askPasskey(kept), (by) => ["unlock", [by]]);
  }

  lock(): Promise<void> {
    return this.#call("lock");
  }

  touch(): void {
    const now = performance.now();
    if (now - this.#touched < touchPause) return;
    this.#touched = now;
    this.#call("touch").catch(() => {}); // Whatever is wrong with the worker is told by the call that needs it.
  }

  removeMethod(kind: MethodKind): Promise<void> {
    return this.#call("removeMethod", kind);
  }

  forget(): Promise<void> {
    return this.#call("forget");
  }

  words(): Promise<readonly string[]> {
    return this.#call("words");
  }

  confirmWords(answers: readonly WordAnswer[]): Promise<boolean> {
    return this.#call("confirmWords", answers);
  }

  accounts(): Promise<readonly VaultAccount[]> {
    return this.#call("accounts");
  }

  accountFor(name: string): Promise<VaultAccount> {
    return this.#call("accountFor", name);
  }

  markUsed(address: string): Promise<void> {
    return this.#call("markUsed", address);
  }

  async findAccounts(known: (address: string) => Promise<boolean>): Promise<readonly VaultAccount[]> {
    const found: number[] = [];
    for (let first = 0, missed = 0; missed < gapLimit; first += gapLimit) {
      const addresses = await this.#call<readonly string[]>("addresses", first, gapLimit);
      for (const [i, address] of addresses.entries()) {
        if (missed === gapLimit) break;
        if (await known(address)) found.push(first + i);
        missed = found.at(-1) === first + i ? 0 : missed + 1;
      }
    }
    return this.#call("adopt", found);
  }

  signDirect(address: string, signDoc: Uint8Array): Promise<Signed> {
    return this.#call("signDirect", address, signDoc);
  }

  signAmino(address: string, signDoc: Uint8Array): Promise<Signed> {
    return this.#call("signAmino", address, signDoc);
  }

  signArbitrary(address: string, text: string): Promise<Signed> {
    return this.#call("signArbitrary", address, text);
  }

  patientRecipient(datasetId: string): Promise<string> {
    return this.#call("patientRecipient", datasetId);
  }

  deliveryRecipient(requestId: string): Promise<string> {
    return this.#call("deliveryRecipient", requestId);
  }

  seats(wanted: SeatsWanted): Promise<readonly Seat[]> {
    return this.#call("seats", wanted);
  }

  paperSalt(requestId: string): Promise<Bytes> {
    return this.#call("paperSalt", requestId);
  }

  keep(name: string, value: Uint8Array): Promise<void> {
    return this.#call("keep", name, value);
  }

  kept(name: string): Promise<Bytes | undefined> {
    return this.#call("kept", name);
  }

  keptNames(prefix: string): Promise<readonly string[]> {
    return this.#call("keptNames", prefix);
  }

  drop(name: string): Promise<void> {
    return this.#call("drop", name);
  }

  // must comes before a passkey is made, so that none is made in vain.
  #must(status: VaultState["status"], code: string): void {
    if (this.#state.status === "loading") throw new Fault("unavailable", "vault-loading");
    if (this.#state.status === "broken") throw Fault.from(this.#state.fault);
    if (this.#state.status !== status) throw new Fault("refused", code);
  }

  #isDamaged(): boolean {
    return this.#state.status === "broken" && this.#state.fault.code === "vault-damaged";
  }

  async #withOpener(method: Method, call: (by: Opener) => [string, unknown[]]): Promise<void> {
    if (method.kind === "passphrase") {
      const [name, args] = call(method);
      return this.#worker.call(name, args);
    }
    return this.#callWith(await makePasskey(method.name), call);
  }

  // The secret's buffer goes with the message: afterwards the page has none.
  #callWith(passkey: PasskeySecret, call: (by: Opener) => [string, unknown[]]): Promise<void> {
    const [name, args] = call({ kind: "passkey", ...passkey });
    return this.#worker.call(name, args, { transfer: [passkey.secret.buffer] });
  }

  #call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.#worker.call<T>(method, args);
  }
}

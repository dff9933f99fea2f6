/** Carers: who may stop the sharing of somebody else's data, and do nothing else. Twin of Go's `revoker.go`. */
import { create } from "@bufbuild/protobuf";
import { Fault } from "../core/fault";
import { parseId } from "../core/ids";
import { type Consent, Status } from "../gen/volens/consent/v1/consent_pb";
import { MsgSetRevokerSchema } from "../gen/volens/consent/v1/tx_pb";
import type { Dataset } from "../gen/volens/dataset/v1/dataset_pb";
import { latestConsent } from "./allowed";
import { stopAs } from "./consent";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";
import { provenConsent } from "./prover";
import type { Vault, VaultAccount } from "./vault";

/** What a carer's screens need. */
export type Carer = Pick<Person, "node" | "prove" | "send"> & {
  readonly vault: Pick<Vault, "accounts" | "findAccounts">;
};

/** Somebody else's dataset, as its carer sees it. */
export interface Entrusted {
  readonly datasetId: string;
  /** The latest version of the consent; undefined if there never was one. */
  readonly consent: Consent | undefined;
  /**
   * The account of these words that the owner named, whatever it is called here: who got back in by the words has her
   * numbers under other names. Undefined if she named none of them.
   */
  readonly account: string | undefined;
}

/** Names of accounts for helping; the number follows. */
const accountPrefix = "help-";
/** Names of notes; the dataset's id follows. */
const notePrefix = "help/";
/** The most numbers that wait to be named. They share the 20 unused accounts in a row with the data that waits to be sent. */
const mostWaiting = 5;

/** Names who may stop a dataset's sharing; an empty address takes the name back. There must be a consent. */
export async function setCarer(person: Person, { id: datasetId, owner }: Dataset, revoker: string): Promise<Sent> {
  await mustOwn(person, owner);
  return person.send(owner, [create(MsgSetRevokerSchema, { owner, datasetId, revoker })]);
}

/**
 * A new address for a carer to give away. It is another one each time, for the chain shows it beside the dataset, and one
 * address beside two would tell that they are one person's. Code `numbers-waiting` when 5 wait to be named,
 * `accounts-unused` when the data that waits to be sent leaves no room.
 */
export async function freshNumber(vault: Pick<Vault, "accounts" | "accountFor">): Promise<VaultAccount> {
  if ((await shownNumbers(vault)).length >= mostWaiting) throw new Fault("refused", "numbers-waiting");
  const numbers = (await helping(vault)).map(({ name }) => Number(name.slice(accountPrefix.length)) || 0);
  return vault.accountFor(`${accountPrefix}${Math.max(0, ...numbers) + 1}`);
}

/** The addresses that were shown on this device, the newest first, and that no owner is known to have named yet. */
export async function shownNumbers(vault: Pick<Vault, "accounts">): Promise<VaultAccount[]> {
  return (await helping(vault)).filter(({ used }) => !used).reverse();
}

async function helping(vault: Pick<Vault, "accounts">): Promise<VaultAccount[]> {
  return (await vault.accounts()).filter(({ name }) => name.startsWith(accountPrefix));
}

/**
 * Looks whether the owner of a dataset named an account of these words. The node is believed when it says that there is
 * something to stop and a right to do so, for the chain judges that anew; what takes the button away has to be proven.
 */
export async function entrusted(carer: Carer, datasetId: string): Promise<Entrusted> {
  parseId(datasetId);
  const told = await latestConsent(carer.node, datasetId);
  const account = await named(carer.vault, told);
  if (told?.status === Status.ACTIVE && account !== undefined) return { datasetId, consent: told, account };
  const { consent } = await provenConsent(carer.prove, datasetId);
  return { datasetId, consent, account: await named(carer.vault, consent) };
}

/** The account that a consent names, looked for in the list of this device, and then among all that the words have. */
async function named(vault: Carer["vault"], consent: Consent | undefined): Promise<string | undefined> {
  const revoker = consent?.revoker ?? "";
  if (revoker === "") return undefined;
  const accounts = await vault.accounts();
  if (accounts.some(({ address }) => address === revoker)) return revoker;
  const used = new Set(accounts.filter((account) => account.used).map(({ address }) => address));
  const found = await vault.findAccounts(async (address) => address === revoker || used.has(address));
  return found.find(({ address }) => address === revoker)?.address;
}

/** Remembers a dataset that is entrusted, and that its owner named the account: the next number is another one. */
export async function rememberEntrusted(
  vault: Pick<Vault, "markUsed" | "keep">,
  datasetId: string,
  account: string,
): Promise<void> {
  await vault.markUsed(account);
  await vault.keep(notePrefix + datasetId, new Uint8Array());
}

/** The ids of the datasets that were once found to be entrusted. */
export async function entrustedIds(vault: Pick<Vault, "keptNames">): Promise<string[]> {
  return (await vault.keptNames(notePrefix)).map((name) => name.slice(notePrefix.length));
}

/** Forgets a dataset: it no longer stands in the list. What the owner allowed stays. */
export function forgetEntrusted(vault: Pick<Vault, "drop">, datasetId: string): Promise<void> {
  return vault.drop(notePrefix + datasetId);
}

/** Takes the consent of somebody else's dataset back, as `stop` does: for nothing, and not done before it is proven. */
export async function stopFor(carer: Carer, datasetId: string): Promise<Sent> {
  const { account } = await entrusted(carer, datasetId);
  if (account === undefined) throw new Fault("refused", "consent-not-revoker");
  return stopAs(carer, datasetId, account);
}

/** Carers: who may stop the sharing of somebody else's data, and do nothing else. Twin of Go's `revoker.go`. */
import { create } from "@bufbuild/protobuf";
import { Fault } from "../core/fault";
import { parseId } from "../core/ids";
import type { Consent } from "../gen/volens/consent/v1/consent_pb";
import { MsgSetRevokerSchema } from "../gen/volens/consent/v1/tx_pb";
import type { Dataset } from "../gen/volens/dataset/v1/dataset_pb";
import { latestConsent, stopAs } from "./consent";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";
import type { Vault, VaultAccount } from "./vault";

/** What a carer's screens need. */
export type Carer = Pick<Person, "node" | "prove" | "send"> & {
  readonly vault: Pick<Vault, "accounts">;
};

/** Somebody else's dataset, as its carer sees it. */
export interface Entrusted {
  readonly datasetId: string;
  /** The latest version of the consent; undefined if there never was one. */
  readonly consent: Consent | undefined;
  /** The account of this vault that the owner named; undefined if she named none of them. */
  readonly account: string | undefined;
}

/** Names of accounts for helping; the number follows. */
const accountPrefix = "help-";
/** Names of notes; the dataset's id follows. */
const notePrefix = "help/";

/** Names who may stop a dataset's sharing; an empty address takes the name back. There must be a consent. */
export async function setCarer(person: Person, { id: datasetId, owner }: Dataset, revoker: string): Promise<Sent> {
  await mustOwn(person, owner);
  return person.send(owner, [create(MsgSetRevokerSchema, { owner, datasetId, revoker })]);
}

/**
 * The address that a carer gives away: one that nobody has named yet, and none of those in `given`. It is a fresh one for
 * each dataset, for the chain shows it beside the dataset, and one address beside two would tell that they are one
 * person's.
 */
export async function freshNumber(
  vault: Pick<Vault, "accounts" | "accountFor">,
  given: readonly string[] = [],
): Promise<VaultAccount> {
  const all = (await vault.accounts()).filter(({ name }) => name.startsWith(accountPrefix));
  const waiting = all.find(({ used, address }) => !used && !given.includes(address));
  if (waiting) return waiting;
  const numbers = all.map(({ name }) => Number(name.slice(accountPrefix.length)) || 0);
  return vault.accountFor(`${accountPrefix}${Math.max(0, ...numbers) + 1}`);
}

/** Looks whether the owner of a dataset named an account of this vault. */
export async function entrusted(carer: Carer, datasetId: string): Promise<Entrusted> {
  parseId(datasetId);
  const [consent, accounts] = await Promise.all([latestConsent(carer.node, datasetId), carer.vault.accounts()]);
  const named = accounts.find(({ address }) => address === consent?.revoker);
  return { datasetId, consent, account: named?.address };
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

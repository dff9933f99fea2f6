/** A patient at work: the chain, the accounts behind the vault, and the page's own gateway. */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { Fault } from "../core/fault";
import type { Sent } from "./desk";
import type { Prover } from "./prover";
import type { GatewayTarget, Sealer } from "./sealer";
import type { CommitteeKey, Vault } from "./vault";

/** How a transaction of a patient is sent. */
export interface SendOptions {
  /**
   * Who pays: the gateway by its allowance if not given; the account itself for what no sponsor pays; or nobody, in the
   * zero-fee lane, for one message that takes a consent or an inspection back and must depend on nobody.
   */
  readonly fee?: "sponsor" | "own" | "free";
}

/** What the workflows of a patient need. */
export interface Person {
  readonly node: Node;
  readonly vault: Pick<
    Vault,
    "accounts" | "accountFor" | "findAccounts" | "markUsed" | "keep" | "kept" | "keptNames" | "drop"
  >;
  readonly sealer: Pick<Sealer, "inspect" | "seal" | "reseal" | "sealed" | "waiting" | "discard" | "papers">;
  readonly depot: Depot;
  /** Proves values of the chain's state against verified headers. */
  readonly prove: Prover;
  /** What files are sealed to, proven against verified headers: the committee's key and the page's own gateway. */
  sealTo(): Promise<{ readonly key: CommitteeKey; readonly gateway: GatewayTarget }>;
  /**
   * Shows what an account of the vault signs, has it confirmed, signs and sends it, and waits for the block. A new
   * account is first brought onto the chain by the gateway, which pays its fees.
   */
  send(address: string, messages: readonly MessageShape<DescMessage>[], options?: SendOptions): Promise<Sent>;
  /** What the network would ask an account for these messages now; nothing when it asks for no fee. */
  quote(address: string, messages: readonly MessageShape<DescMessage>[]): Promise<readonly Fee[]>;
}

/** A fee in the smallest unit of its denomination. */
export interface Fee {
  readonly denom: string;
  readonly amount: bigint;
}

/** The page's own gateway, for the account that owns a dataset. */
export interface Depot {
  /** Bech32 address by which the chain knows it. */
  address(): Promise<string>;
  /** Sends a sealed file, going on where an earlier attempt stopped. `sha256` in hex; `watch` is told the bytes there. */
  upload(owner: string, file: Blob, sha256: string, watch: (done: number) => void, signal: AbortSignal): Promise<void>;
  /**
   * The bytes of an own sealed file, of at most `limit`, by its digest in hex; `watch` is told how many of how many came.
   * The stream ends well only with that digest.
   */
  object(
    owner: string,
    sha256: string,
    limit: bigint,
    watch: (done: number, total: number) => void,
  ): Promise<ReadableStream<Uint8Array>>;
  /** Hands over the gateway's part, sealed to it. The gateway believes a registration when its node has seen it. */
  putHalf(owner: string, datasetId: string, sealed: Uint8Array): Promise<void>;
}

/** The accounts that own datasets: all but the first, which is for roles. */
export async function ownAddresses(person: Pick<Person, "vault">): Promise<string[]> {
  return (await person.vault.accounts()).map(({ address }) => address);
}

/** Refuses an address that is no account of this vault, as Go's `own`. */
export async function mustOwn(person: Pick<Person, "vault">, address: string): Promise<void> {
  if (!(await ownAddresses(person)).includes(address)) {
    throw new Fault("refused", "not-owner", { reasons: ["NOT_OWNER"] });
  }
}

/**
 * Finds the accounts of restored words that the chain knows, and with them all datasets: from account 0 on, until 20 in
 * a row are unknown (docs/spec/wallet.md, section 5).
 */
export async function findDatasets(
  person: Pick<Person, "vault">,
  known: (address: string) => Promise<boolean>,
): Promise<number> {
  return (await person.vault.findAccounts(known)).length;
}

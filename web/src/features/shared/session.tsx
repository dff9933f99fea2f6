import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";
import type { Node } from "../../chain/node";
import type { Opening, ProvenCounts } from "../../client/activity";
import type { Desk } from "../../client/desk";
import type { Person } from "../../client/person";
import type { Sealer } from "../../client/sealer";
import type { Signing, SigningChoice } from "../../client/signing";
import type { Trust } from "../../client/trust";
import type { Vault, VaultState } from "../../client/vault";
import type { Papers } from "../../core/papers";
import type { Consent } from "../../gen/volens/consent/v1/consent_pb";
import type { Request } from "../../gen/volens/market/v1/market_pb";

/** What every screen works with. There is one for as long as the page lives. */
export interface Session {
  readonly node: Node;
  readonly vault: Vault;
  readonly sealer: Sealer;
  /** The patient: all accounts of the vault. */
  readonly person: Person;
  /** A role, with one account: the vault's first, or the one that is chosen in an extension. */
  desk(address: string): Desk;
  /** Who signs for the roles. */
  readonly signing: Pick<SigningChoice, "state" | "subscribe" | "choose" | "leave">;
  /** Whether the chain knows an account. */
  known(address: string): Promise<boolean>;
  /** The header that proofs begin from. */
  readonly trust: Pick<Trust, "trusted" | "name">;
  /** What a request says of itself, compared with the digests that stand on chain. */
  papers(request: Request): Promise<Papers>;
  /** How often a dataset was opened, and that these releases of it are the chain's, proven against verified headers. */
  counts(datasetId: string, list: readonly Opening[]): Promise<ProvenCounts>;
  /** The latest version of a dataset's consent, proven; undefined if there never was one. The version told is waited for. */
  consent(datasetId: string, told: bigint): Promise<Consent | undefined>;
}

const Context = createContext<Session | undefined>(undefined);

/** Gives the session to the screens. */
export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

/** The session of the page. */
export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("there is no session around this screen");
  return session;
}

/** What the vault on this device is; follows its changes. */
export function useVault(): VaultState {
  return useFollowed(useSession().vault);
}

/** Who signs for the roles; follows its changes. */
export function useSigning(): Signing {
  return useFollowed(useSession().signing);
}

/** The address of whoever signs for the roles; empty while the vault is not open. */
export function useActor(): string {
  const state = useVault();
  const signing = useSigning();
  if (state.status !== "open") return "";
  return "address" in signing ? signing.address : state.main;
}

/** The desk of whoever signs for the roles. For screens behind the gate only, where the vault is open. */
export function useDesk(): Desk {
  const session = useSession();
  const address = useActor();
  return useMemo(() => session.desk(address), [session, address]);
}

/** The state of something that tells of its changes. */
function useFollowed<T>(source: { state(): T; subscribe(listener: () => void): () => void }): T {
  const state = () => source.state();
  return useSyncExternalStore((listener) => source.subscribe(listener), state, state);
}

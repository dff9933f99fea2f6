/** The embedded wallet as a Signer: the vault signs, and shows nothing. */
import type { Signer } from "../chain/signer";
import { aminoBytes, signBytes } from "../core/tx/sign";
import type { Vault } from "./vault";

/** What the signer needs of the vault. */
export type SigningVault = Pick<Vault, "accounts" | "signDirect" | "signAmino" | "signArbitrary">;

/** Signs with all accounts of the vault. A locked one is a Fault `vault-locked`. */
export function embeddedSigner(vault: SigningVault): Signer {
  return {
    accounts: async () =>
      (await vault.accounts()).map(({ address, publicKey }) => ({ address, publicKey, mode: "direct" as const })),
    signDirect: async (address, doc) => (await vault.signDirect(address, signBytes(doc))).signature,
    signAmino: async (address, doc) => (await vault.signAmino(address, aminoBytes(doc))).signature,
    signArbitrary: async (address, text) => (await vault.signArbitrary(address, text)).signature,
  };
}

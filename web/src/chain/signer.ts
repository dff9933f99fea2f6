import type { AminoDoc, Mode } from "../core/tx/sign";
import type { SignDoc } from "../gen/cosmos/tx/v1beta1/tx_pb";

/** An account that a signer can sign for. */
export interface SignerAccount {
  /** bech32, `volens1...`. */
  readonly address: string;
  /** Compressed secp256k1 key, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** What it signs: `amino` for an account on a hardware wallet. */
  readonly mode: Mode;
}

/**
 * Who signs: the embedded wallet, Keplr or Leap. Signatures are ECDSA over secp256k1 and SHA-256: r and s, 64 bytes, s in
 * the lower half. What a person refuses is a Fault `refused` with code `signer-refused`; a wallet that is locked or gone
 * is `unavailable` with `signer-locked` or `signer-gone`.
 */
export interface Signer {
  /** The accounts, the main one first. */
  accounts(): Promise<readonly SignerAccount[]>;
  /** Signs the bytes of a SignDoc (`core/tx/sign.ts`, `signBytes`), and nothing else than these. */
  signDirect(address: string, doc: SignDoc): Promise<Uint8Array>;
  /** Signs the bytes of an amino document (`aminoBytes`), and nothing else than these. */
  signAmino(address: string, doc: AminoDoc): Promise<Uint8Array>;
  /** Signs a text by ADR-036 (`arbitraryDoc`): a login, never a consent. */
  signArbitrary(address: string, text: string): Promise<Uint8Array>;
}

import { fromBinary } from "@bufbuild/protobuf";
import { addressOf, isAddress } from "../core/address";
import { equal, fromBase64 } from "../core/bytes";
import { Fault } from "../core/fault";
import { type AminoDoc, aminoBytes, signBytes } from "../core/tx/sign";
import { type SignDoc, SignDocSchema } from "../gen/cosmos/tx/v1beta1/tx_pb";
import type { Extension } from "./extensions";
import type { Signer, SignerAccount } from "./signer";

/**
 * What we use of the object that Keplr puts into a page as `window.keplr`, by the types of @keplr-wallet/types 0.13. Leap
 * puts one of the same form into `window.leap`.
 */
export interface KeplrApi {
  enable(chainId: string): Promise<void>;
  experimentalSuggestChain(chain: object): Promise<void>;
  getKey(chainId: string): Promise<{
    readonly bech32Address: string;
    readonly pubKey: Uint8Array;
    readonly algo: string;
    readonly isNanoLedger: boolean;
  }>;
  signDirect(
    chainId: string,
    address: string,
    doc: { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; chainId: string; accountNumber: string },
    options: KeplrOptions,
  ): Promise<{
    readonly signed: { readonly bodyBytes: Uint8Array; readonly authInfoBytes: Uint8Array };
    readonly signature: KeplrSignature;
  }>;
  signAmino(
    chainId: string,
    address: string,
    doc: AminoDoc,
    options: KeplrOptions,
  ): Promise<{ readonly signed: AminoDoc; readonly signature: KeplrSignature }>;
  signArbitrary(chainId: string, address: string, text: string): Promise<KeplrSignature>;
}

/** Options of Keplr: it shall change neither fee nor memo, and not count the coins of who does not pay. */
interface KeplrOptions {
  readonly preferNoSetFee: true;
  readonly preferNoSetMemo: true;
  readonly disableBalanceCheck: true;
}

interface KeplrSignature {
  readonly pub_key: { readonly type: string; readonly value: string };
  /** Base64. */
  readonly signature: string;
}

/** How a wallet is told about a chain that it does not know. */
export interface ChainOffer {
  readonly chainId: string;
  readonly chainName: string;
  /** Absolute URLs of the RPC and, which wallets ask for but need for balances only, the REST API. */
  readonly rpc: string;
  readonly rest: string;
  /** Denomination of fees, and how many digits it has behind the point. */
  readonly denom: string;
  readonly coin: string;
  readonly decimals: number;
}

const OPTIONS: KeplrOptions = { preferNoSetFee: true, preferNoSetMemo: true, disableBalanceCheck: true };

/**
 * Keplr or Leap as a Signer. They are tested against a double with recorded signatures, and NOT with the real extensions.
 * A wallet that signs anything but the very document that it was given is an integrity Fault `signer-changed`; one that
 * signs by another account, a refused Fault `signer-account`.
 */
export class ExtensionSigner implements Signer {
  readonly #wallet: KeplrApi;
  readonly #chainId: string;

  private constructor(wallet: KeplrApi, chainId: string) {
    this.#wallet = wallet;
    this.#chainId = chainId;
  }

  /**
   * Asks a person to let the page use the wallet for the chain, and to add the chain when the wallet does not know it.
   * Faults: `signer-gone` when there is no such extension, `signer-refused` when she says no, `signer-locked`, and
   * `signer-chain` when the wallet cannot be made to know the chain.
   */
  static async connect(extension: Extension, offer: ChainOffer, page: object = globalThis): Promise<ExtensionSigner> {
    const wallet = (page as Partial<Record<Extension, KeplrApi>>)[extension];
    if (wallet === undefined) throw new Fault("unavailable", "signer-gone");
    try {
      await wallet.enable(offer.chainId);
    } catch (thrown) {
      const fault = faultOf(thrown);
      // A no is not asked again. What is neither a no nor a lock is most likely a chain that the wallet does not know.
      if (isNo(thrown) || fault.code === "signer-locked") throw fault;
      await introduce(wallet, offer);
    }
    return new ExtensionSigner(wallet, offer.chainId);
  }

  /** The account that is chosen in the wallet. */
  async accounts(): Promise<readonly SignerAccount[]> {
    const key = await this.#wallet.getKey(this.#chainId).catch(raise);
    if (key.algo !== "secp256k1" || key.pubKey.length !== 33) throw new Fault("refused", "signer-key");
    if (!isAddress(key.bech32Address)) throw new Fault("refused", "signer-chain");
    if (key.bech32Address !== addressOf(key.pubKey)) throw new Fault("internal", "signer-answer");
    const mode = key.isNanoLedger ? "amino" : "direct";
    return [{ address: key.bech32Address, publicKey: Uint8Array.from(key.pubKey), mode }];
  }

  async signDirect(address: string, doc: SignDoc): Promise<Uint8Array> {
    const { bodyBytes, authInfoBytes, chainId, accountNumber } = fromBinary(SignDocSchema, signBytes(doc));
    const given = { bodyBytes, authInfoBytes, chainId, accountNumber: accountNumber.toString() };
    const { signed, signature } = await this.#wallet.signDirect(chainId, address, given, OPTIONS).catch(raise);
    if (!equal(signed.bodyBytes, doc.bodyBytes) || !equal(signed.authInfoBytes, doc.authInfoBytes)) throw changed();
    return raw(signature, address);
  }

  async signAmino(address: string, doc: AminoDoc): Promise<Uint8Array> {
    const { signed, signature } = await this.#wallet.signAmino(this.#chainId, address, doc, OPTIONS).catch(raise);
    if (!equal(aminoBytes(signed), aminoBytes(doc))) throw changed();
    return raw(signature, address);
  }

  async signArbitrary(address: string, text: string): Promise<Uint8Array> {
    return raw(await this.#wallet.signArbitrary(this.#chainId, address, text).catch(raise), address);
  }
}

function changed(): Fault {
  return new Fault("integrity", "signer-changed");
}

/** Tells a wallet about the chain, and asks again. */
async function introduce(wallet: KeplrApi, offer: ChainOffer): Promise<void> {
  try {
    await wallet.experimentalSuggestChain(suggestion(offer));
    await wallet.enable(offer.chainId);
  } catch (cause) {
    if (isNo(cause)) throw faultOf(cause);
    throw new Fault("refused", "signer-chain", { cause });
  }
}

/** Extensions tell by words what went wrong. */
function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function isNo(thrown: unknown): boolean {
  return /reject|denied|cancel|refus/i.test(wordsOf(thrown));
}

/** What is not known is taken for a no. */
function faultOf(cause: unknown): Fault {
  if (/locked|unlock/i.test(wordsOf(cause))) return new Fault("unavailable", "signer-locked", { cause });
  return new Fault("refused", "signer-refused", { cause });
}

function raise(thrown: unknown): never {
  throw faultOf(thrown);
}

/** The 64 bytes of a signature, which must be by the key of the address. */
function raw({ signature, pub_key }: KeplrSignature, address: string): Uint8Array {
  const bytes = fromBase64(signature);
  if (bytes.length !== 64) throw new Fault("internal", "signer-answer");
  if (addressOf(fromBase64(pub_key.value)) !== address) throw new Fault("refused", "signer-account");
  return bytes;
}

/** The chain in Keplr's form (ChainInfo). Gas prices are low: whoever has no sponsor pays what the node asks. */
function suggestion({ chainId, chainName, rpc, rest, denom, coin, decimals }: ChainOffer): object {
  const currency = { coinDenom: coin, coinMinimalDenom: denom, coinDecimals: decimals };
  const prefix = "volens";
  return {
    chainId,
    chainName,
    rpc,
    rest,
    bip44: { coinType: 118 },
    bech32Config: {
      bech32PrefixAccAddr: prefix,
      bech32PrefixAccPub: `${prefix}pub`,
      bech32PrefixValAddr: `${prefix}valoper`,
      bech32PrefixValPub: `${prefix}valoperpub`,
      bech32PrefixConsAddr: `${prefix}valcons`,
      bech32PrefixConsPub: `${prefix}valconspub`,
    },
    currencies: [currency],
    feeCurrencies: [{ ...currency, gasPriceStep: { low: 0, average: 0.025, high: 0.05 } }],
    stakeCurrency: currency,
    features: [],
  };
}

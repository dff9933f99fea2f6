/** One person at work on one page: the chain, the page's own gateway, and the accounts of the vault. Twin of Go's `session.go`. */

import type { Extension } from "../chain/extensions";
import { type GasPrice, leastGasPrice } from "../chain/fee";
import { pause } from "../chain/live";
import type { Node } from "../chain/node";
import { ask } from "../chain/query";
import { quote, type Send, type SendContext, send } from "../chain/send";
import type { Signer } from "../chain/signer";
import { Fault } from "../core/fault";
import { type Papers, verifyPapers } from "../core/papers";
import type { Shown } from "../core/words";
import { Query as AuthQuery } from "../gen/cosmos/auth/v1beta1/query_pb";
import type { Consent } from "../gen/volens/consent/v1/consent_pb";
import type { Request } from "../gen/volens/market/v1/market_pb";
import type { Reach } from "../storage/call";
import { Gateway, type GatewayAccount } from "../storage/gateway";
import type { Opening, ProvenCounts } from "./activity";
import { activeKey, orAbsent } from "./committee";
import { allowedNow } from "./consent";
import type { Desk, DeskGateway, Sent } from "./desk";
import { embeddedSigner } from "./embedded";
import type { Depot, Person } from "./person";
import { provenCounts, provenGateway, provenKey, provenOpenings, provenTerms } from "./prover";
import { digestsOf } from "./requestdraft";
import type { Sealer } from "./sealer";
import type { SigningChoice } from "./signing";
import { Trust } from "./trust";
import type { Vault } from "./vault";

/** What a session is made of. */
export interface SessionParts {
  readonly node: Node;
  readonly vault: Vault;
  readonly sealer: Sealer;
  /** Who signs for the roles. */
  readonly signing: Pick<SigningChoice, "extensionOf" | "signer">;
  /**
   * Shows what is confirmed, read from the very bytes, and resolves when the person agrees. An extension that signs asks
   * her once more.
   */
  readonly confirm: (shown: Shown, extension?: Extension) => Promise<void>;
  /** How the gateway is reached; the page's own origin if not given. */
  readonly reach?: Reach;
}

/** Who signs with an account, and the key of the account. */
interface Hand {
  readonly signer: Signer;
  readonly extension?: Extension;
}

/** How often, and how long in milliseconds, a new account is looked for that a sponsor brought into being. */
const looks = 60;
const beat = 500;

/** Makes the sides of a person: the patient with all her accounts, and the desk of a role with one. */
export class Work {
  readonly #parts: SessionParts;
  readonly #gateway: Gateway;
  /** The header that proofs begin from. */
  readonly trust: Trust;
  /** Who pays the fees of an account, once asked. */
  readonly #granters = new Map<string, Promise<string>>();
  #gasPrice: Promise<GasPrice | undefined> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.trust = new Trust(parts.node, parts.vault);
    this.#gateway = new Gateway({ ...parts.reach, chainId: () => parts.node.chainId() });
  }

  /** The patient. */
  person(): Person {
    const { node, vault, sealer } = this.#parts;
    return {
      node,
      vault,
      sealer,
      depot: this.#depot(),
      prove: this.trust.prove,
      sealTo: () => this.#sealTo(),
      send: async (address, messages, { fee = "sponsor" } = {}) => {
        const hand = this.#words();
        if (fee === "free") return this.#send(hand, { address, messages, free: true });
        if (fee === "own") return this.#send(hand, { address, messages });
        return this.#send(hand, { address, messages, granter: await this.#granter(address) });
      },
      quote: async (address, messages) => {
        const { fee } = await quote(await this.#context(embeddedSigner(vault)), { address, messages });
        return fee.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }));
      },
    };
  }

  /** A role: the account with this address, the vault's first. */
  desk(address: string): Desk {
    const { node, vault, sealer } = this.#parts;
    return {
      node,
      address,
      vault,
      sealer,
      gateway: this.#deskGateway(address),
      prove: this.trust.prove,
      send: async (messages) => this.#send(await this.#hand(address), { address, messages }),
    };
  }

  /** Whether the chain knows an account. */
  async known(address: string): Promise<boolean> {
    return (await orAbsent(ask(this.#parts.node, AuthQuery.method.accountInfo, { address })))?.info !== undefined;
  }

  /** Forgets logins and what was trusted: when the vault locks. */
  forget(): void {
    this.trust.forget();
    this.#gateway.forget();
  }

  /** What a request says of itself, compared with the digests that are proven to stand on chain. */
  async papers(request: Request): Promise<Papers> {
    const [papers] = await Promise.all([this.#gateway.papers(request.id), provenTerms(this.trust.prove, request)]);
    verifyPapers(papers, digestsOf(request));
    return papers;
  }

  /** The latest version of a dataset's consent, proven; undefined if there never was one. */
  consent(datasetId: string, told: bigint): Promise<Consent | undefined> {
    return allowedNow(this.trust.prove, datasetId, told);
  }

  /** How often a dataset was opened, and that the openings that are known of it are the chain's, proven. */
  async counts(datasetId: string, list: readonly Opening[]): Promise<ProvenCounts> {
    const { prove } = this.trust;
    // What is of the newest block can be proven one block later.
    for (let look = 0; look < looks; look++) {
      const counts = await provenCounts(prove, datasetId);
      if (list.every(({ emission, release }) => (release ?? emission).height <= counts.height)) {
        await provenOpenings(prove, datasetId, list);
        return counts;
      }
      await pause(beat);
    }
    throw new Fault("unavailable", "too-early");
  }

  /** Who signs for a patient, always: also where an extension holds the same account. */
  #words(): Hand {
    return { signer: embeddedSigner(this.#parts.vault) };
  }

  /** Who signs for a role with this address: the extension that the person chose, or the vault. */
  async #hand(address: string): Promise<Hand> {
    const { signing } = this.#parts;
    const extension = signing.extensionOf(address);
    if (extension === undefined) return this.#words();
    return { extension, signer: await signing.signer(extension) };
  }

  /** What sending needs. A free transaction asks for no price: nothing that a node does not tell stands in its way. */
  async #context(signer: Signer, free = false): Promise<Omit<SendContext, "confirm">> {
    const gasPrice = free ? undefined : await this.#price();
    return { node: this.#parts.node, signer, ...(gasPrice && { gasPrice }) };
  }

  /** What the node asks for a unit of gas. It is asked once a page. */
  #price(): Promise<GasPrice | undefined> {
    const asked = this.#gasPrice ?? leastGasPrice(this.#parts.node);
    this.#gasPrice = asked;
    asked.catch(() => {
      this.#gasPrice = undefined;
    });
    return asked;
  }

  async #send({ signer, extension }: Hand, what: Send): Promise<Sent> {
    const confirm = (shown: Shown) => this.#parts.confirm(shown, extension);
    const { hash, height } = await send({ ...(await this.#context(signer, what.free)), confirm }, what);
    return { hash, height };
  }

  /** Who pays an account's fees. Asking also brings a new account into being; then the node must see it. */
  #granter(address: string): Promise<string> {
    const asked = this.#granters.get(address) ?? this.#sponsored(address);
    this.#granters.set(address, asked);
    asked.catch(() => this.#granters.delete(address));
    return asked;
  }

  async #sponsored(address: string): Promise<string> {
    const granter = await (await this.#login(address, this.#words())).sponsorship();
    for (let look = 0; look < looks; look++) {
      if (await this.known(address)) return granter;
      await pause(beat);
    }
    throw new Fault("unavailable", "account-unknown");
  }

  /** The gateway for an account, which logs in by this hand when it must. */
  async #login(address: string, { signer, extension }: Hand): Promise<GatewayAccount> {
    const account = (await signer.accounts()).find((one) => one.address === address);
    if (!account && extension) throw new Fault("refused", "signer-account");
    if (!account) throw new Fault("refused", "not-owner", { reasons: ["NOT_OWNER"] });
    const sign = (text: string) => signer.signArbitrary(address, text);
    return this.#gateway.as({ address, publicKey: account.publicKey, sign, by: extension });
  }

  async #desk(address: string): Promise<GatewayAccount> {
    return this.#login(address, await this.#hand(address));
  }

  async #gatewayAddress(): Promise<string> {
    return (await this.#gateway.info()).address;
  }

  #depot(): Depot {
    const login = (owner: string) => this.#login(owner, this.#words());
    return {
      address: () => this.#gatewayAddress(),
      upload: async (owner, file, sha256, watch, signal) =>
        (await login(owner)).upload({ file, sha256, progress: watch, signal }),
      object: async (owner, sha256, limit, watch) =>
        (await login(owner)).object({ object: sha256, limit, progress: watch }),
      putHalf: async (owner, datasetId, sealed) => (await login(owner)).putHalf(datasetId, sealed),
    };
  }

  #deskGateway(address: string): DeskGateway {
    return {
      address: () => this.#gatewayAddress(),
      putPapers: async (requestId, papers) => (await this.#desk(address)).putPapers(requestId, papers),
      papers: (requestId) => this.#gateway.papers(requestId),
      half: async (requestId, seat) => (await this.#desk(address)).getHalf(requestId, seat),
      object: async (sha256, limit) => (await this.#desk(address)).object({ object: sha256, limit }),
    };
  }

  /** The node names key and gateway; only what is proven of them counts. */
  async #sealTo() {
    const { node } = this.#parts;
    const { prove } = this.trust;
    const [{ key, originChainId }, address] = await Promise.all([activeKey(node), this.#gatewayAddress()]);
    return {
      key: await provenKey(prove, originChainId, key.keyId),
      gateway: await provenGateway(prove, address),
    };
  }
}

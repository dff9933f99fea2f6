import { create, type Message } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromUtf8, toHex } from "../core/bytes";
import { asFault, Fault } from "../core/fault";
import { JsonReader } from "../core/json";
import { packKnown } from "../core/tx/registry";
import { aminoBytes, aminoDoc, type Draft, signBytes, signDoc, txBytes } from "../core/tx/sign";
import { type Shown, wordsOf } from "../core/words";
import { Query as AuthQuery } from "../gen/cosmos/auth/v1beta1/query_pb";
import { Query as BankQuery } from "../gen/cosmos/bank/v1beta1/query_pb";
import { type Coin, CoinSchema } from "../gen/cosmos/base/v1beta1/coin_pb";
import { Query as FeegrantQuery } from "../gen/cosmos/feegrant/v1beta1/query_pb";
import { SDK, TIMEOUT_HEIGHT, WRONG_SEQUENCE } from "./codes";
import { type GasPrice, priced } from "./fee";
import { pause } from "./live";
import type { IncludedTx, Node } from "./node";
import { ask } from "./query";
import { type Receipt, receiptOf } from "./receipt";
import type { Signer, SignerAccount } from "./signer";
import { TxFault } from "./txfault";

/** What sending needs. */
export interface SendContext {
  readonly node: Node;
  readonly signer: Signer;
  /**
   * Shows a person what is about to be signed, read from the very bytes, and resolves when she agrees. It rejects when she
   * does not; `signer-refused` is the code for it. Called once for a transaction, also if it must be signed anew.
   */
  readonly confirm: (shown: Shown) => Promise<void>;
  /** What a unit of gas is paid with; nothing if not given. */
  readonly gasPrice?: GasPrice;
  /** Times in milliseconds and numbers of attempts, for tests. */
  readonly pace?: Partial<Pace>;
}

/** How patient sending is. */
export interface Pace {
  /** Between two looks at the node. */
  readonly poll: number;
  /** How often a transaction is signed anew whose sequence number was taken, or offered anew when no answer came. */
  readonly retries: number;
  /** After how many blocks a transaction that is in none of them is dead. A person reads before she confirms: minutes. */
  readonly timeoutBlocks: bigint;
  /** How many looks in a row may fail while waiting. */
  readonly silence: number;
}

const pace: Pace = { poll: 500, retries: 5, timeoutBlocks: 600n, silence: 40 };

/** What is to be sent. */
export interface Send {
  /** Who signs: an account of the signer. */
  readonly address: string;
  /** Messages of the generated types, or packed ones. */
  readonly messages: readonly Message[];
  readonly memo?: string;
  /** Whose allowance pays the fee. If not given, and the account cannot pay, whoever gave it an allowance. */
  readonly granter?: string;
  /** Offers no fee: the zero-fee lane, for one revocation or one withdrawal of an inspection, without a memo. */
  readonly free?: boolean;
  /** The limit; if not given the chain is asked what the messages need, and 30 % are added. */
  readonly gas?: bigint;
  /** Ends the waiting. A transaction that is on its way is not called back. */
  readonly signal?: AbortSignal;
}

/** Percent of the gas that the simulation used. */
const GAS_PERCENT = 130n;
/** The largest limit that the zero-fee lane takes (x/consent/ante, LaneGas). */
const LANE_GAS = 1_000_000n;
const SIMULATE = "/app/simulate";
const SIGNATURE_SIZE = 64;

/** One transaction of an account at a time: the tail of each account's queue. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Signs messages as one transaction, sends it, and waits until it stands in a block. Transactions of one account follow
 * one another.
 *
 * Faults: {@link TxFault} when the chain refused it; `not-found` with `account-unknown` when the account is not on chain
 * yet (a sponsor brings it into being); those of the signer and of `confirm`; `unavailable` with `tx-pending` when it was
 * offered but nobody knows yet what became of it, and `tx-lost` when it can stand in no block any more.
 */
export function send(context: SendContext, what: Send): Promise<Receipt> {
  const before = turns.get(what.address) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => new Sending(context, what).run());
  const tail = mine
    .catch(() => undefined)
    .finally(() => {
      if (turns.get(what.address) === tail) turns.delete(what.address);
    });
  turns.set(what.address, tail);
  return mine;
}

class Sending {
  readonly #context: SendContext;
  readonly #what: Send;
  readonly #pace: Pace;
  readonly #messages: readonly Any[];
  #confirmed = false;

  constructor(context: SendContext, what: Send) {
    if (what.messages.length === 0) throw new Fault("usage", "no-messages");
    this.#context = context;
    this.#what = what;
    this.#pace = { ...pace, ...context.pace };
    this.#messages = what.messages.map((message) =>
      message.$typeName === AnySchema.typeName ? (message as Any) : packKnown(message),
    );
  }

  async run(): Promise<Receipt> {
    const account = await this.#account();
    let draft = await this.#priced(await this.#draft(account));
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#try(draft, account);
      } catch (thrown) {
        if (!(thrown instanceof TxFault) || !isStale(thrown) || attempt >= this.#pace.retries) throw thrown;
        await this.#pause();
        // Gas, fee and payer stay what the person saw.
        const { gas, fee, granter } = draft;
        draft = { ...(await this.#draft(account)), gas, fee, granter };
      }
    }
  }

  async quote(): Promise<{ readonly fee: readonly Coin[]; readonly granter: string }> {
    const { fee, granter } = await this.#priced(await this.#draft(await this.#account()));
    return { fee, granter };
  }

  async #account(): Promise<SignerAccount> {
    const accounts = await this.#context.signer.accounts();
    const account = accounts.find(({ address }) => address === this.#what.address);
    if (account === undefined) throw new Fault("refused", "signer-account");
    return account;
  }

  /** What the chain knows about the signer. */
  async #draft({ address, publicKey }: SignerAccount): Promise<Draft> {
    const [status, { info }] = await Promise.all([
      this.#context.node.status(),
      ask(this.#context.node, AuthQuery.method.accountInfo, { address }).catch((thrown: unknown) => {
        const fault = asFault(thrown);
        throw fault.kind === "not-found" ? new Fault("not-found", "account-unknown", { cause: fault }) : fault;
      }),
    ]);
    if (info === undefined) throw new Fault("not-found", "account-unknown");
    return {
      messages: this.#messages,
      memo: this.#what.memo ?? "",
      timeoutHeight: status.height + this.#pace.timeoutBlocks,
      fee: [],
      gas: this.#what.gas ?? 0n,
      granter: this.#what.granter ?? "",
      chainId: status.chainId,
      accountNumber: info.accountNumber,
      sequence: info.sequence,
      publicKey,
    };
  }

  /** Adds gas, fee and who pays it. */
  async #priced(draft: Draft): Promise<Draft> {
    const free = this.#what.free === true;
    let gas = draft.gas === 0n ? ((await this.#simulate(draft)) * GAS_PERCENT) / 100n + 1n : draft.gas;
    if (free && gas > LANE_GAS) gas = LANE_GAS;
    const { gasPrice } = this.#context;
    if (free || gasPrice === undefined) return { ...draft, gas, granter: free ? "" : draft.granter };
    const coin = create(CoinSchema, priced(gasPrice, gas));
    if (coin.amount === "0") return { ...draft, gas };
    const granter = draft.granter === "" ? await this.#payer(coin) : draft.granter;
    return { ...draft, gas, fee: [coin], granter };
  }

  /** Who gave the account an allowance, if it cannot pay the fee with its own coins; empty if it can, or nobody did. */
  async #payer(fee: Coin): Promise<string> {
    const { node } = this.#context;
    const { address } = this.#what;
    const { balance } = await ask(node, BankQuery.method.balance, { address, denom: fee.denom });
    if (BigInt(balance?.amount ?? "0") >= BigInt(fee.amount)) return "";
    const { allowances } = await ask(node, FeegrantQuery.method.allowances, { grantee: address });
    return allowances[0]?.granter ?? "";
  }

  /** What gas the transaction uses. A refusal is a TxFault with the module's own code; nothing was sent. */
  async #simulate(draft: Draft): Promise<bigint> {
    const tx = txBytes(draft, "direct", new Uint8Array(SIGNATURE_SIZE));
    const answer = await this.#context.node.query(SIMULATE, tx);
    if (answer.code !== 0) throw new TxFault(answer.codespace, answer.code, answer.log);
    let told: unknown;
    try {
      told = JSON.parse(fromUtf8(answer.value));
    } catch {
      throw new Fault("internal", "node-answer");
    }
    const used = new JsonReader(told, "node-answer").object("gas_info").long("gas_used");
    if (used < 0n || used > 2n ** 32n) throw new Fault("internal", "node-answer");
    return used;
  }

  async #try(draft: Draft, account: SignerAccount): Promise<Receipt> {
    const tx = await this.#signed(draft, account);
    const hash = sha256(tx);
    await this.#broadcast(tx, hash);
    return this.#included(hash, draft.timeoutHeight);
  }

  /** Has the document confirmed and signed. */
  async #signed(draft: Draft, { address, mode }: SignerAccount): Promise<Uint8Array> {
    const { signer, confirm } = this.#context;
    const doc = signDoc(draft);
    const amino = mode === "amino" ? aminoDoc(draft) : undefined;
    if (!this.#confirmed) {
      await confirm(wordsOf(amino === undefined ? signBytes(doc) : aminoBytes(amino), mode));
      this.#confirmed = true;
    }
    const signature = await (amino === undefined ? signer.signDirect(address, doc) : signer.signAmino(address, amino));
    if (signature.length !== SIGNATURE_SIZE) throw new Fault("internal", "signer-answer");
    return txBytes(draft, mode, signature);
  }

  /** Offers the transaction until the mempool has it. The same bytes can be offered many times and run once. */
  async #broadcast(tx: Uint8Array, hash: Uint8Array): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const checked = await this.#context.node.broadcast(tx);
        if (checked.code !== 0) throw new TxFault(checked.codespace, checked.code, checked.log, 0n, toHex(hash));
        return;
      } catch (thrown) {
        if (thrown instanceof TxFault || asFault(thrown).kind !== "unavailable") throw thrown;
        if (attempt >= this.#pace.retries) throw pending(hash, thrown);
      }
      await this.#pause();
    }
  }

  /** Waits until the transaction stands in a block, or can stand in none any more. */
  async #included(hash: Uint8Array, timeoutHeight: bigint): Promise<Receipt> {
    const { node } = this.#context;
    for (let silence = 0; silence <= this.#pace.silence; ) {
      if (this.#what.signal?.aborted) throw pending(hash);
      try {
        // The height first: a transaction that is not found after it is in no block up to it.
        const { height } = await node.status();
        const found = await node.tx(hash);
        if (found !== undefined) return outcome(found);
        if (height > timeoutHeight)
          throw new Fault("unavailable", "tx-lost", { message: `transaction ${toHex(hash)}` });
        silence = 0;
      } catch (thrown) {
        const fault = asFault(thrown);
        if (thrown instanceof TxFault || fault.kind !== "unavailable" || fault.code === "tx-lost") throw fault;
        silence++;
      }
      await this.#pause();
    }
    throw pending(hash);
  }

  #pause(): Promise<void> {
    return pause(this.#pace.poll, this.#what.signal);
  }
}

/** Whether a transaction was refused because another one, or time, was faster, and can be made anew. */
function isStale({ codespace, tx, height }: TxFault): boolean {
  return codespace === SDK && height === 0n && (tx === WRONG_SEQUENCE || tx === TIMEOUT_HEIGHT);
}

function pending(hash: Uint8Array, cause?: unknown): Fault {
  return new Fault("unavailable", "tx-pending", { message: `transaction ${toHex(hash)}`, cause });
}

function outcome(found: IncludedTx): Receipt {
  if (found.code !== 0) throw new TxFault(found.codespace, found.code, found.log, found.height, toHex(found.hash));
  return receiptOf(found);
}

/** What sending would cost now: the fee, and whose allowance pays it. Nothing is signed or sent. */
export async function quote(
  context: Omit<SendContext, "confirm">,
  what: Send,
): Promise<{ readonly fee: readonly Coin[]; readonly granter: string }> {
  const nothing = async () => undefined;
  return new Sending({ ...context, confirm: nothing }, what).quote();
}

/** Looks for a transaction by its hash in hexadecimal digits: its receipt, a TxFault if it failed, undefined if it is in no block. */
export async function find(node: Node, hash: string): Promise<Receipt | undefined> {
  const found = await node.tx(Uint8Array.from(hash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  return found === undefined ? undefined : outcome(found);
}

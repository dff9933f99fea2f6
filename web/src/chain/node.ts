import { type Bytes, toBase64, toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { JsonReader } from "../core/json";
import { Rpc, RpcFault, type RpcOptions } from "./rpc";

/** How a {@link Node} is made. */
export interface NodeOptions extends RpcOptions {
  /** The live chain id that the node must have; any if not given. */
  readonly chainId?: string;
}

/** Where a node stands, by its own word. */
export interface Status {
  readonly chainId: string;
  readonly height: bigint;
  /** Time of the latest block, in milliseconds since 1970. */
  readonly time: number;
  /** The node is still reading old blocks. */
  readonly catchingUp: boolean;
}

/** One step of a proof, as CometBFT passes it on. */
export interface ProofOp {
  readonly type: string;
  readonly key: Bytes;
  readonly data: Bytes;
}

/** An answer of the application. */
export interface AbciAnswer {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly value: Bytes;
  readonly height: bigint;
  readonly proof: readonly ProofOp[];
}

/** What CheckTx said of a transaction that was offered. */
export interface Checked {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
}

/** An event of a block, with its attributes in order. */
export interface AbciEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** A transaction that stands in a block. */
export interface IncludedTx {
  readonly hash: Bytes;
  readonly height: bigint;
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasUsed: bigint;
  /** A `cosmos.base.abci.v1beta1.TxMsgData`. */
  readonly data: Bytes;
  readonly events: readonly AbciEvent[];
}

/** What CometBFT says of bytes that its mempool has already. */
const IN_CACHE = "tx already exists in cache";

/** Talks to one node. It believes what the node says; proofs are `chain/proof.ts`. */
export class Node {
  readonly rpc: Rpc;
  #chainId: string | undefined;

  constructor(options: NodeOptions = {}) {
    this.rpc = new Rpc(options);
    this.#chainId = options.chainId;
  }

  /** Where the node stands. A node of another chain than before is an integrity Fault `other-chain`. */
  async status(): Promise<Status> {
    const answer = new JsonReader(await this.rpc.call("status"), "node-answer");
    const sync = answer.object("sync_info");
    const status: Status = {
      chainId: answer.object("node_info").text("network"),
      height: sync.long("latest_block_height"),
      time: Date.parse(sync.text("latest_block_time")),
      catchingUp: sync.flag("catching_up"),
    };
    this.#chainId ??= status.chainId;
    if (status.chainId !== this.#chainId) throw new Fault("integrity", "other-chain");
    if (status.height < 0n || Number.isNaN(status.time)) throw new Fault("internal", "node-answer");
    return status;
  }

  /** The live chain id; the node is asked once. */
  async chainId(): Promise<string> {
    return this.#chainId ?? (await this.status()).chainId;
  }

  /** Asks the application. Height 0 is the latest state. An answer with an error code is returned, not thrown. */
  async query(path: string, data: Uint8Array, height = 0n, prove = false): Promise<AbciAnswer> {
    const params = { path, data: toHex(data), height: height.toString(), prove };
    const answer = new JsonReader(await this.rpc.call("abci_query", params), "node-answer").object("response");
    const steps = answer.has("proofOps") ? answer.object("proofOps").objects("ops") : [];
    return {
      code: answer.number("code", 0),
      codespace: answer.text("codespace", ""),
      log: answer.text("log", ""),
      value: answer.bytes("value", "base64"),
      height: answer.long("height"),
      proof: steps.map((step) => ({
        type: step.text("type"),
        key: step.bytes("key", "base64"),
        data: step.bytes("data", "base64"),
      })),
    };
  }

  /** Offers a transaction. Bytes that the mempool has already count as accepted. */
  async broadcast(tx: Uint8Array): Promise<Checked> {
    try {
      const answer = new JsonReader(await this.rpc.call("broadcast_tx_sync", { tx: toBase64(tx) }), "node-answer");
      return { code: answer.number("code", 0), codespace: answer.text("codespace", ""), log: answer.text("log", "") };
    } catch (thrown) {
      if (thrown instanceof RpcFault && thrown.words.includes(IN_CACHE)) return { code: 0, codespace: "", log: "" };
      throw thrown;
    }
  }

  /** Looks for a transaction by its hash; undefined if it is in no block. */
  async tx(hash: Uint8Array): Promise<IncludedTx | undefined> {
    try {
      const answer = new JsonReader(await this.rpc.call("tx", { hash: toBase64(hash), prove: false }), "node-answer");
      return included(answer);
    } catch (thrown) {
      if (thrown instanceof RpcFault && thrown.words.includes("not found")) return undefined;
      throw thrown;
    }
  }

  /** The events that a block's beginning and end made, such as releases and payments. */
  async blockEvents(height: bigint): Promise<readonly AbciEvent[]> {
    const answer = new JsonReader(await this.rpc.call("block_results", { height: height.toString() }), "node-answer");
    return events(answer.objects("finalize_block_events"));
  }
}

function included(answer: JsonReader): IncludedTx {
  const result = answer.object("tx_result");
  return {
    hash: answer.bytes("hash", "hex"),
    height: answer.long("height"),
    code: result.number("code", 0),
    codespace: result.text("codespace", ""),
    log: result.text("log", ""),
    gasUsed: result.long("gas_used"),
    data: result.bytes("data", "base64"),
    events: events(result.objects("events")),
  };
}

function events(list: readonly JsonReader[]): AbciEvent[] {
  return list.map((event) => ({
    type: event.text("type"),
    attributes: event.objects("attributes").map((attribute) => ({
      key: attribute.text("key"),
      value: attribute.text("value", ""),
    })),
  }));
}

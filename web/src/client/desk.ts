/** What the workflows of roles need: the chain, one signing account, and the secrets behind it. */

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import type { Papers } from "../core/papers";
import type { Prover } from "./prover";
import type { Sealer } from "./sealer";
import type { Vault } from "./vault";

/** A transaction that stands in a block. */
export interface Sent {
  /** Hash of the transaction in hex. */
  readonly hash: string;
  readonly height: bigint;
}

/** A researcher, an organisation: one account at work. */
export interface Desk {
  readonly node: Node;
  /** Bech32 address of the account of the role. */
  readonly address: string;
  readonly vault: Pick<Vault, "seats" | "deliveryRecipient" | "paperSalt" | "keep" | "kept" | "keptNames" | "drop">;
  readonly sealer: Pick<Sealer, "open" | "judge" | "identity">;
  readonly gateway: DeskGateway;
  /** Proves values of the chain's state against verified headers. */
  readonly prove: Prover;
  /** Shows what is signed, has it confirmed, signs and sends it, and waits for the block. */
  send(messages: readonly MessageShape<DescMessage>[]): Promise<Sent>;
}

/** The page's own gateway, for the account of the role. */
export interface DeskGateway {
  /** Bech32 address by which the chain knows it. */
  address(): Promise<string>;
  /** Shows the papers of an own request to whoever is asked. */
  putPapers(requestId: string, papers: Papers): Promise<void>;
  /** The papers of a request as the gateway has them. Nothing of them is true before `verifyPapers`. */
  papers(requestId: string): Promise<Papers>;
  /** Its part for a released seat, sealed to the delivery key. */
  half(requestId: string, seat: bigint): Promise<Uint8Array>;
  /** The bytes of an object of at most `limit` bytes, by its digest in hex. */
  object(sha256: string, limit: bigint): Promise<ReadableStream<Uint8Array>>;
}

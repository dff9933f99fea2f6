/** The validators: who has which power, and who signed the last block. */
import { fromBinary } from "@bufbuild/protobuf";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import type { Node } from "../chain/node";
import { askAll } from "../chain/query";
import { toHex } from "../core/bytes";
import { JsonReader } from "../core/json";
import { PubKeySchema } from "../gen/cosmos/crypto/secp256k1/keys_pb";
import { Query as StakingQuery } from "../gen/cosmos/staking/v1beta1/query_pb";
import { BondStatus, type Validator as Staked } from "../gen/cosmos/staking/v1beta1/staking_pb";

/** One validator as staking and the last commit show it. */
export interface Validator {
  /** The 20-byte operator address as lower-case hexadecimal digits. */
  readonly operator: string;
  /** The bech32 operator address. */
  readonly address: string;
  readonly moniker: string;
  /** Bonded stake in the smallest unit. */
  readonly tokens: bigint;
  readonly bonded: boolean;
  readonly jailed: boolean;
  /** Whether its signature stands under the last block; undefined if it is not asked to sign. */
  readonly signed: boolean | undefined;
}

/** Reads all validators, those with most stake first. */
export async function validators(node: Node): Promise<Validator[]> {
  const [staked, signatures] = await Promise.all([
    askAll(node, StakingQuery.method.validators, {}, "validators"),
    lastSignatures(node),
  ]);
  return staked.map((validator) => view(validator, signatures)).sort((a, b) => (a.tokens < b.tokens ? 1 : -1));
}

function view(validator: Staked, signatures: ReadonlyMap<string, boolean>): Validator {
  return {
    operator: toHex(bech32.fromWords(bech32.decode(validator.operatorAddress as `${string}1${string}`).words)),
    address: validator.operatorAddress,
    moniker: validator.description?.moniker ?? "",
    tokens: BigInt(validator.tokens),
    bonded: validator.status === BondStatus.BONDED,
    jailed: validator.jailed,
    signed: signatures.get(consensusAddress(validator)),
  };
}

/** The address by which consensus names a validator: the start of the digest of its key. */
function consensusAddress(validator: Staked): string {
  const key = validator.consensusPubkey;
  if (!key) return "";
  // ed25519's and secp256k1's messages have the same shape: the key's bytes in field 1.
  return toHex(sha256(fromBinary(PubKeySchema, key.value).key).subarray(0, 20));
}

/** CometBFT's BlockIDFlagCommit: the validator signed this block. */
const flagCommit = 2;

/** Who signed the last block that has a commit, by consensus address. */
async function lastSignatures(node: Node): Promise<Map<string, boolean>> {
  const commit = new JsonReader(await node.rpc.call("commit"), "node-answer").object("signed_header").object("commit");
  const height = commit.text("height");
  const set = await signers(node, height);
  const flags = commit.objects("signatures").map((signature) => signature.number("block_id_flag", 0));
  return new Map(set.map((address, place) => [address, flags[place] === flagCommit]));
}

/** The signing set of a height in its order, page by page. */
async function signers(node: Node, height: string): Promise<string[]> {
  const all: string[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const answer = await node.rpc.call("validators", { height, page: String(page), per_page: String(pageSize) });
    const reader = new JsonReader(answer, "node-answer");
    all.push(...reader.objects("validators").map((validator) => toHex(validator.bytes("address", "hex"))));
    if (BigInt(all.length) >= reader.long("total")) break;
  }
  return all;
}

const pageSize = 100;
const mostPages = 10;

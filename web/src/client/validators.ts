/** The validators: who has which power, and who signed the last blocks. */
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
  /** Under how many of the last {@link watched} blocks its signature stands; undefined if it is not asked to sign. */
  readonly signed: number | undefined;
}

/** Reads all validators, those with most stake first. */
export async function validators(node: Node): Promise<Validator[]> {
  const [staked, signatures] = await Promise.all([
    askAll(node, StakingQuery.method.validators, {}, "validators"),
    lastSignatures(node),
  ]);
  return staked.map((validator) => view(validator, signatures)).sort((a, b) => (a.tokens < b.tokens ? 1 : -1));
}

function view(validator: Staked, signatures: ReadonlyMap<string, number>): Validator {
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

/** How many blocks are looked at to tell whether a validator is there. */
export const watched = 5;

/**
 * Under how many of the last blocks each consensus address signed. The newest block's commit is left out: it is what the
 * node had seen when it went on, and those that came later are only in the next block.
 */
async function lastSignatures(node: Node): Promise<Map<string, number>> {
  const { height } = await node.status();
  const counts = new Map<string, number>();
  const heights = Array.from({ length: watched }, (_, back) => height - 1n - BigInt(back)).filter((one) => one > 0n);
  await Promise.all(
    heights.map(async (one) => {
      const [set, answer] = await Promise.all([
        signers(node, one.toString()),
        node.rpc.call("commit", { height: one.toString() }),
      ]);
      const commit = new JsonReader(answer, "node-answer").object("signed_header").object("commit");
      const flags = commit.objects("signatures").map((signature) => signature.number("block_id_flag", 0));
      set.forEach((address, place) => {
        counts.set(address, (counts.get(address) ?? 0) + (flags[place] === flagCommit ? 1 : 0));
      });
    }),
  );
  return counts;
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

import { create, toBinary } from "@bufbuild/protobuf";
import { sizeDelimitedEncode } from "@bufbuild/protobuf/wire";
import {
  BytesValueSchema,
  Int64ValueSchema,
  StringValueSchema,
  type Timestamp,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { CanonicalVoteSchema } from "../gen/tendermint/types/canonical_pb";
import { type BlockID, BlockIDSchema, SignedMsgType } from "../gen/tendermint/types/types_pb";
import { SimpleValidatorSchema } from "../gen/tendermint/types/validator_pb";
import { ConsensusSchema } from "../gen/tendermint/version/types_pb";
import { type Bytes, equal, toHex } from "./bytes";
import { Fault } from "./fault";
import { JsonReader } from "./json";
import { leafHash, merkleRoot } from "./merkle";
import { parseTimestamp } from "./time";

/** A validator of a height. */
export interface Validator {
  /** The first 20 bytes of the key's SHA-256. */
  readonly address: Bytes;
  /** ed25519, 32 bytes. */
  readonly key: Bytes;
  readonly power: bigint;
}

/** The parts of a header that its users look at. */
export interface Header {
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly lastBlock: Bytes;
  readonly validatorsHash: Bytes;
  readonly nextValidatorsHash: Bytes;
  /** Commits to the state after the block below. */
  readonly appHash: Bytes;
}

interface CommitSig {
  readonly signed: boolean;
  readonly address: Bytes;
  readonly time: Timestamp;
  readonly signature: Bytes;
}

/**
 * A header with the validators who signed it, consistent in itself: more than two thirds of the power of its own
 * validators signed. Whether those are the chain's validators, only {@link verifyNext} can say, or who trusts the hash.
 */
export interface LightBlock {
  readonly header: Header;
  readonly hash: Bytes;
  readonly validators: readonly Validator[];
  /** The answers of the node from which it was read, for export. */
  readonly told: { readonly commit: unknown; readonly validators: readonly unknown[] };
}

/** A header that somebody trusts. */
export interface Anchor {
  readonly height: bigint;
  /** 32 bytes in lower-case hexadecimal digits. */
  readonly hash: string;
}

/** Commit signatures that are for the block, in CometBFT's numbers. */
const FLAG_COMMIT = 2;
/** CometBFT's block protocol. */
const BLOCK_PROTOCOL = 11n;
const MAX_VALIDATORS = 10_000;

function bad(): Fault {
  return new Fault("integrity", "bad-header");
}

/**
 * Reads what a node answers to `commit`, and the entries of its answers to `validators`, and checks everything that can be
 * checked of a header alone. Anything wrong is an integrity Fault `bad-header`.
 */
export function readLightBlock(commit: unknown, validators: readonly unknown[]): LightBlock {
  const signed = new JsonReader(commit, "bad-header", "integrity").object("signed_header");
  const block = readHeader(signed.object("header"));
  const set = readValidators(validators);
  if (!equal(validatorsHash(set), block.header.validatorsHash)) throw bad();
  const told = signed.object("commit");
  const id = readBlockId(told.object("block_id"));
  if (told.long("height") !== block.header.height || !equal(id.hash, block.hash)) throw bad();
  const signatures = told.objects("signatures").map(readSignature);
  if (signatures.length !== set.length) throw bad();
  const own = { ...block, validators: set, told: { commit, validators } };
  const votes = votesOf(own, id, told.number("round"), signatures);
  if (!signedBy(votes, set, 2n, 3n, true)) throw bad();
  powers.set(own, votes);
  return own;
}

/** The votes of a block that was read, for later comparison with other validators. */
const powers = new WeakMap<LightBlock, Vote[]>();

interface Vote {
  readonly address: Bytes;
  readonly signature: Bytes;
  readonly message: Bytes;
}

function readHeader(json: JsonReader): { header: Header; hash: Bytes } {
  const version = json.object("version");
  const consensus = create(ConsensusSchema, { block: version.long("block"), app: version.long("app") });
  const time = parseTimestamp(json.text("time"));
  if (consensus.block !== BLOCK_PROTOCOL || time === undefined) throw bad();
  const hashes = (name: string) => json.bytes(name, "hex");
  const chainId = json.text("chain_id");
  const height = json.long("height");
  const last = json.has("last_block_id") ? readBlockId(json.object("last_block_id")) : emptyBlockId();
  if (chainId === "" || chainId.length > 50 || height < 1n) throw bad();
  const [validators, next] = [hashes("validators_hash"), hashes("next_validators_hash")];
  if (validators.length !== 32 || next.length !== 32) throw bad();
  const hash = merkleRoot(
    [
      toBinary(ConsensusSchema, consensus),
      toBinary(StringValueSchema, create(StringValueSchema, { value: chainId })),
      toBinary(Int64ValueSchema, create(Int64ValueSchema, { value: height })),
      toBinary(TimestampSchema, time),
      toBinary(BlockIDSchema, last),
      wrapped(hashes("last_commit_hash")),
      wrapped(hashes("data_hash")),
      wrapped(validators),
      wrapped(next),
      wrapped(hashes("consensus_hash")),
      wrapped(hashes("app_hash")),
      wrapped(hashes("last_results_hash")),
      wrapped(hashes("evidence_hash")),
      wrapped(hashes("proposer_address")),
    ].map(leafHash),
  );
  const header = {
    chainId,
    height,
    time,
    lastBlock: Uint8Array.from(last.hash),
    validatorsHash: validators,
    nextValidatorsHash: next,
    appHash: hashes("app_hash"),
  };
  return { header, hash };
}

/** How CometBFT encodes byte fields of a header. */
function wrapped(value: Uint8Array): Uint8Array {
  return toBinary(BytesValueSchema, create(BytesValueSchema, { value }));
}

function emptyBlockId(): BlockID {
  return create(BlockIDSchema, { partSetHeader: {} });
}

function readBlockId(json: JsonReader): BlockID {
  const parts = json.object("parts");
  const partSetHeader = { total: parts.number("total"), hash: parts.bytes("hash", "hex") };
  return create(BlockIDSchema, { hash: json.bytes("hash", "hex"), partSetHeader });
}

function readValidators(list: readonly unknown[]): Validator[] {
  if (list.length === 0 || list.length > MAX_VALIDATORS) throw bad();
  const seen = new Set<string>();
  return list.map((item) => {
    const json = new JsonReader(item, "bad-header", "integrity");
    const key = json.object("pub_key");
    const raw = key.bytes("value", "base64");
    const power = json.long("voting_power");
    const address = sha256(raw).slice(0, 20);
    if (key.text("type") !== "tendermint/PubKeyEd25519" || raw.length !== 32 || power <= 0n) throw bad();
    if (!equal(address, json.bytes("address", "hex")) || seen.has(toHex(address))) throw bad();
    seen.add(toHex(address));
    return { address, key: raw, power };
  });
}

/** The hash of a set of validators, in the order in which the chain keeps them. */
function validatorsHash(set: readonly Validator[]): Bytes {
  const leaves = set.map(({ key, power }) =>
    toBinary(
      SimpleValidatorSchema,
      create(SimpleValidatorSchema, { pubKey: { sum: { case: "ed25519", value: key } }, votingPower: power }),
    ),
  );
  return merkleRoot(leaves.map(leafHash));
}

function readSignature(json: JsonReader): CommitSig {
  const signed = json.number("block_id_flag") === FLAG_COMMIT;
  const time = parseTimestamp(json.text("timestamp"));
  const signature = json.bytes("signature", "base64");
  if (time === undefined || (signed && signature.length !== 64)) throw bad();
  return { signed, address: json.bytes("validator_address", "hex"), time, signature };
}

/** The votes for the block, each with what was signed. */
function votesOf(block: { header: Header }, id: BlockID, round: number, signatures: readonly CommitSig[]): Vote[] {
  const { chainId, height } = block.header;
  const { hash, partSetHeader } = id;
  return signatures
    .filter(({ signed }) => signed)
    .map(({ address, time, signature }) => {
      const vote = create(CanonicalVoteSchema, {
        type: SignedMsgType.PRECOMMIT,
        height,
        round: BigInt(round),
        blockId: {
          hash,
          partSetHeader: { total: partSetHeader?.total ?? 0, hash: partSetHeader?.hash ?? new Uint8Array() },
        },
        timestamp: time,
        chainId,
      });
      return { address, signature, message: Uint8Array.from(sizeDelimitedEncode(CanonicalVoteSchema, vote)) };
    });
}

/** Signatures that were verified, so that a block is not verified twice for two sets. */
const verified = new WeakSet<Vote>();

/**
 * Whether validators with more than `of` parts of the power of a set signed. A wrong signature is a Fault; with `strict`
 * so is a vote of somebody who is not in the set.
 */
function signedBy(
  votes: readonly Vote[],
  set: readonly Validator[],
  part: bigint,
  of: bigint,
  strict: boolean,
): boolean {
  const byAddress = new Map(set.map((validator) => [toHex(validator.address), validator]));
  const total = set.reduce((sum, { power }) => sum + power, 0n);
  const counted = new Set<Validator>();
  let power = 0n;
  for (const vote of votes) {
    const validator = byAddress.get(toHex(vote.address));
    if (validator === undefined && !strict) continue;
    if (validator === undefined || counted.has(validator)) throw bad();
    if (!verified.has(vote)) {
      if (!ed25519.verify(vote.signature, vote.message, validator.key)) throw bad();
      verified.add(vote);
    }
    counted.add(validator);
    power += validator.power;
    if (power * of > total * part) return true;
  }
  return false;
}

/** What {@link verifyNext} needs to know besides. Times in milliseconds. */
export interface Trusting {
  /** The caller's clock, since 1970. */
  readonly now: number;
  /** How long a header can be trusted: less than validators' coins stay bound after they left. */
  readonly period: number;
  /** How far a new header may be ahead of the clock. */
  readonly drift: number;
}

/** The time of a block, in milliseconds since 1970. */
export function timeOf({ header }: LightBlock): number {
  return Number(header.time.seconds) * 1000 + header.time.nanos / 1e6;
}

/** Whether a trusted header is too old to be trusted. */
export function expired(block: LightBlock, { now, period }: Trusting): boolean {
  return timeOf(block) + period <= now;
}

/**
 * Whether a trusted block leads to a later one: `trusted` if it does, `far` if too few of the validators that are known
 * signed it, so that a block between them must be looked at first. Anything that does not hold is an integrity Fault
 * `bad-header`; a trusted block that is too old is `header-expired`. Follows CometBFT's light client: the next block's
 * validators are the ones announced; of a later one, more than a third of the known power signed.
 */
export function verifyNext(trusted: LightBlock, next: LightBlock, trusting: Trusting): "trusted" | "far" {
  const [known, header] = [trusted.header, next.header];
  if (expired(trusted, trusting)) throw new Fault("integrity", "header-expired");
  const later = header.height > known.height && timeOf(next) > timeOf(trusted);
  if (header.chainId !== known.chainId || !later) throw bad();
  if (timeOf(next) >= trusting.now + trusting.drift) throw new Fault("integrity", "header-of-future");
  if (header.height === known.height + 1n) {
    if (!equal(header.validatorsHash, known.nextValidatorsHash)) throw bad();
    return "trusted";
  }
  return signedBy(powers.get(next) ?? [], trusted.validators, 1n, 3n, false) ? "trusted" : "far";
}

/** Checks that a block is the one right below a trusted one. */
export function verifyBelow(trusted: LightBlock, below: LightBlock): void {
  const [known, header] = [trusted.header, below.header];
  const earlier = header.height === known.height - 1n && timeOf(below) < timeOf(trusted);
  if (header.chainId !== known.chainId || !earlier || !equal(below.hash, known.lastBlock)) throw bad();
}

/** Checks that a block is the one that somebody trusts. */
export function isAnchor(block: LightBlock, anchor: Anchor): void {
  if (block.header.height !== anchor.height || toHex(block.hash) !== anchor.hash) throw bad();
}

/** Height and hash of a block. */
export function anchorOf({ header, hash }: LightBlock): Anchor {
  return { height: header.height, hash: toHex(hash) };
}

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Fault } from "./fault";

/** `cosmos.ics23.v1.LeafOp`: how a key and a value become the hash of a leaf. */
export interface LeafOp {
  hash: number;
  prehashKey: number;
  prehashValue: number;
  length: number;
  prefix: Uint8Array;
}

/** `cosmos.ics23.v1.InnerOp`: how the hash of a child becomes its parent's. */
export interface InnerOp {
  hash: number;
  prefix: Uint8Array;
  suffix: Uint8Array;
}

/** `cosmos.ics23.v1.ExistenceProof`: the way from a leaf to the root. */
export interface Existence {
  key: Uint8Array;
  value: Uint8Array;
  leaf: LeafOp | undefined;
  path: InnerOp[];
}

/** `cosmos.ics23.v1.NonExistenceProof`: the leaves left and right of where a key would be. */
export interface NonExistence {
  key: Uint8Array;
  left: Existence | undefined;
  right: Existence | undefined;
}

/** A `cosmos.ics23.v1.CommitmentProof`, of which nodes of this chain give these two kinds. */
export type Commitment =
  | { readonly kind: "exist"; readonly exist: Existence }
  | { readonly kind: "nonexist"; readonly nonexist: NonExistence };

/** Paths are no longer than this, as in the reference implementation. */
export const MAX_DEPTH = 128;
const MAX_BYTES = 1 << 20;

/** The one Fault of proofs. */
export function badProof(): Fault {
  return new Fault("integrity", "bad-proof");
}

/** Reads a commitment proof. Other kinds, fields that are unknown or come twice, and malformed bytes are Faults. */
export function readCommitment(bytes: Uint8Array): Commitment {
  if (bytes.length > MAX_BYTES) throw badProof();
  let found: Commitment | undefined;
  fields(bytes, (field, reader, wire) => {
    if (found !== undefined || wire !== WireType.LengthDelimited) throw badProof();
    if (field === 1) found = { kind: "exist", exist: readExistence(reader.bytes()) };
    else if (field === 2) found = { kind: "nonexist", nonexist: readNonExistence(reader.bytes()) };
    else throw badProof();
  });
  if (found === undefined) throw badProof();
  return found;
}

/** Reads the fields of a message one by one; a field may come once, but for those named. */
function fields(
  bytes: Uint8Array,
  read: (field: number, reader: BinaryReader, wire: WireType) => void,
  repeated?: number,
): void {
  const seen = new Set<number>();
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      if (seen.has(field) && field !== repeated) throw badProof();
      seen.add(field);
      read(field, reader, wire);
    }
    if (reader.pos !== reader.len) throw badProof();
  } catch {
    throw badProof();
  }
}

function readNonExistence(bytes: Uint8Array): NonExistence {
  const out: NonExistence = { key: new Uint8Array(), left: undefined, right: undefined };
  fields(bytes, (field, reader, wire) => {
    if (wire !== WireType.LengthDelimited) throw badProof();
    const inner = reader.bytes();
    if (field === 1) out.key = inner;
    else if (field === 2) out.left = readExistence(inner);
    else if (field === 3) out.right = readExistence(inner);
    else throw badProof();
  });
  return out;
}

function readExistence(bytes: Uint8Array): Existence {
  const out: Existence = { key: new Uint8Array(), value: new Uint8Array(), leaf: undefined, path: [] };
  const read = (field: number, reader: BinaryReader, wire: WireType) => {
    if (wire !== WireType.LengthDelimited) throw badProof();
    const inner = reader.bytes();
    if (field === 1) out.key = inner;
    else if (field === 2) out.value = inner;
    else if (field === 3) out.leaf = readLeaf(inner);
    else if (field === 4 && out.path.length < MAX_DEPTH) out.path.push(readInner(inner));
    else throw badProof();
  };
  fields(bytes, read, 4);
  return out;
}

function readLeaf(bytes: Uint8Array): LeafOp {
  const out: LeafOp = { hash: 0, prehashKey: 0, prehashValue: 0, length: 0, prefix: new Uint8Array() };
  fields(bytes, (field, reader, wire) => {
    if ((field === 5) !== (wire === WireType.LengthDelimited) || (field < 5 && wire !== WireType.Varint))
      throw badProof();
    if (field === 1) out.hash = reader.int32();
    else if (field === 2) out.prehashKey = reader.int32();
    else if (field === 3) out.prehashValue = reader.int32();
    else if (field === 4) out.length = reader.int32();
    else if (field === 5) out.prefix = reader.bytes();
    else throw badProof();
  });
  return out;
}

function readInner(bytes: Uint8Array): InnerOp {
  const out: InnerOp = { hash: 0, prefix: new Uint8Array(), suffix: new Uint8Array() };
  fields(bytes, (field, reader, wire) => {
    if (wire !== (field === 1 ? WireType.Varint : WireType.LengthDelimited)) throw badProof();
    if (field === 1) out.hash = reader.int32();
    else if (field === 2) out.prefix = reader.bytes();
    else if (field === 3) out.suffix = reader.bytes();
    else throw badProof();
  });
  return out;
}

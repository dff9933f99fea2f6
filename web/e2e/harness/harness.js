// A page without screens: it starts the workers as the app does, and lets the tests call them.
import { fromBinary } from "@bufbuild/protobuf";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { startVault } from "../../src/client/start.ts";
import { parseAddress } from "../../src/core/address.ts";
import { fromBase64, toBase64, toHex } from "../../src/core/bytes.ts";
import { openWith, sealTo } from "../../src/core/envelope/header.ts";
import { gateBytes } from "../../src/core/gate.ts";
import { datasetId } from "../../src/core/ids.ts";
import { checkChallenge, loginText } from "../../src/core/login.ts";
import { Encapsulation, verifyCapsule } from "../../src/core/threshold/capsule.ts";
import { base, decodePoint, decodeScalar, encodePoint } from "../../src/core/threshold/group.ts";
import { Key } from "../../src/core/threshold/key.ts";
import { QueryDatasetResponseSchema } from "../../src/gen/volens/dataset/v1/query_pb.ts";

const group = { base, decodePoint, decodeScalar, encodePoint, Key, Encapsulation, verifyCapsule };
const login = { checkChallenge, loginText };
const core = { parseAddress, fromBase64, toBase64, toHex, openWith, sealTo, gateBytes, datasetId, ...group, ...login };
/** The dataset in the answer of a node, as bytes. */
const datasetIn = (answer) => fromBinary(QueryDatasetResponseSchema, answer).dataset;
globalThis.harness = { ...startVault(), core, datasetIn, age: { generateHybridIdentity, identityToRecipient } };

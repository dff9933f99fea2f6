// A page without screens: it starts the workers as the app does, and lets the tests call them.
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { startVault } from "../../src/client/start.ts";
import { parseAddress } from "../../src/core/address.ts";
import { toBase64, toHex } from "../../src/core/bytes.ts";
import { openWith, sealTo } from "../../src/core/envelope/header.ts";
import { gateBytes } from "../../src/core/gate.ts";
import { datasetId } from "../../src/core/ids.ts";
import { Encapsulation, verifyCapsule } from "../../src/core/threshold/capsule.ts";
import { base, decodePoint, decodeScalar, encodePoint } from "../../src/core/threshold/group.ts";
import { Key } from "../../src/core/threshold/key.ts";

const group = { base, decodePoint, decodeScalar, encodePoint, Key, Encapsulation, verifyCapsule };
const core = { parseAddress, toBase64, toHex, openWith, sealTo, gateBytes, datasetId, ...group };
globalThis.harness = { ...startVault(), core, age: { generateHybridIdentity, identityToRecipient } };

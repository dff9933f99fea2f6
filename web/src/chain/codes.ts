import type { FaultKind } from "../core/fault";

/**
 * The registered errors of our modules, from code 2 upwards, in words that are also the end of a Fault's code:
 * `consent` and 7 are `consent-not-active`. Held to Go by test/vectors/errors.json.
 */
const modules: Readonly<Record<string, string>> = {
  attestation:
    "not-found invalid authority role status bond exists challenge version mismatch expiry revoked log no-hooks",
  consent:
    "missing-fields not-found not-owner not-revoker active not-active version withdrawn template registered payout " +
    "authority lane-full wrapped genesis params",
  custody:
    "not-found invalid key seen proof seat-state open-seats closed exists not-owner organisation inspection dataset " +
    "authority params genesis bond",
  dataset: "not-found exists invalid not-owner status not-gateway receipt no-hooks",
  feegrant: "fee-limit-exceeded fee-limit-expired invalid-duration no-allowance no-messages message-not-allowed",
  market:
    "not-found invalid missing-fields exists denom escrow cohort deadline state not-researcher not-owner denied decided " +
    "owner referral organisation ledger seat claim authority params genesis",
};

/** Errors of the SDK that a person can meet, by code. */
const sdk: Readonly<Record<number, string>> = {
  4: "unauthorized",
  5: "insufficient-funds",
  9: "unknown-address",
  11: "out-of-gas",
  13: "insufficient-fee",
  19: "in-mempool",
  20: "mempool-full",
  30: "timeout-height",
  32: "wrong-sequence",
};

const sdkKinds: Readonly<Partial<Record<FaultKind, readonly number[]>>> = {
  "not-found": [9, 22, 38],
  usage: [7, 10, 12, 13, 18, 21],
  unavailable: [11, 19, 20, 26, 30, 32],
  internal: [2, 6, 33, 34, 35, 111222],
};

const moduleKinds: Readonly<Record<string, FaultKind>> = {
  "custody-key": "unavailable",
  "consent-lane-full": "unavailable",
  "custody-proof": "integrity",
  "attestation-mismatch": "integrity",
};

/** The SDK's own codespace. */
export const SDK = "sdk";
/** The SDK's code for a sequence number that another transaction took. */
export const WRONG_SEQUENCE = 32;
/** The SDK's code for a transaction that comes after the last block that it named. */
export const TIMEOUT_HEIGHT = 30;

/** The stable code of a registered error, such as `consent-not-active` or `chain-out-of-gas`; `chain-refused` if unknown. */
export function nameOfCode(codespace: string, code: number): string {
  if (codespace === SDK) return `chain-${sdk[code] ?? "refused"}`;
  const name = modules[codespace]?.split(" ")[code - 2];
  return name === undefined ? "chain-refused" : `${codespace}-${name}`;
}

/** What a registered error means for the caller, as Go's `client/chain`. What is not listed is a rule's refusal. */
export function kindOfCode(codespace: string, code: number): FaultKind {
  if (codespace === SDK) {
    for (const [kind, codes] of Object.entries(sdkKinds)) if (codes.includes(code)) return kind as FaultKind;
    return "refused";
  }
  const name = nameOfCode(codespace, code);
  return moduleKinds[name] ?? (name.endsWith("-not-found") ? "not-found" : "refused");
}

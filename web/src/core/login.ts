import { isAddress } from "./address";
import { type Bytes, toBase64, utf8 } from "./bytes";
import { Fault } from "./fault";
import { canonicalBytes } from "./jcs";

/** What an account signs to log in to a gateway, once (docs/spec/gateway.md, section 4). */
export interface Challenge {
  /** Scheme, host and port of the gateway. */
  readonly origin: string;
  readonly chain_id: string;
  readonly address: string;
  /** 32 to 128 lower-case hexadecimal digits. */
  readonly nonce: string;
  /** RFC 3339 in whole seconds UTC: from then on the challenge is dead. */
  readonly expires: string;
}

/** Where the page believes to be. */
export interface Expected {
  readonly origin: string;
  readonly chainId: string;
  readonly address: string;
}

const chainId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;
const nonce = /^[0-9a-f]{32,128}$/;
const second = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Checks the form of every field, so that none can stand for another, and that the challenge is for this gateway, chain
 * and account: a gateway, or a page, could pass on another's. Throws an integrity Fault `bad-challenge`.
 */
export function checkChallenge(c: Challenge, expected: Expected): void {
  const wellFormed =
    isOrigin(c.origin) &&
    chainId.test(c.chain_id) &&
    isAddress(c.address) &&
    nonce.test(c.nonce) &&
    second.test(c.expires) &&
    !Number.isNaN(Date.parse(c.expires));
  const ours = c.origin === expected.origin && c.chain_id === expected.chainId && c.address === expected.address;
  if (!wellFormed || !ours) throw new Fault("integrity", "bad-challenge");
}

/** What the account's holder reads and signs as arbitrary data. The challenge must have been checked. */
export function loginText(c: Challenge): string {
  return [
    "volens-login/v1",
    "Log in to a storage gateway. This moves no money and consents to nothing.",
    `origin: ${c.origin}`,
    `chain: ${c.chain_id}`,
    `account: ${c.address}`,
    `nonce: ${c.nonce}`,
    `expires: ${c.expires}`,
    "",
  ].join("\n");
}

/**
 * The document of a signature over arbitrary data (ADR-036 of the Cosmos SDK): a transaction with one `sign/MsgSignData`
 * and zeros everywhere else, which no chain accepts.
 */
export function arbitraryDoc(address: string, data: Uint8Array) {
  return {
    account_number: "0",
    chain_id: "",
    fee: { amount: [], gas: "0" },
    memo: "",
    msgs: [{ type: "sign/MsgSignData", value: { data: toBase64(data), signer: address } }],
    sequence: "0",
  };
}

/** The bytes of that document over a text: their SHA-256 is what is signed. */
export function arbitraryDocument(address: string, text: string): Bytes {
  return canonicalBytes(arbitraryDoc(address, utf8(text)));
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && `${url.protocol}//${url.host}` === text;
}

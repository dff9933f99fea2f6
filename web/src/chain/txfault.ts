import { Fault } from "../core/fault";
import { kindOfCode, nameOfCode, SDK } from "./codes";

/**
 * A transaction that the chain refused: in simulation or CheckTx (height 0, nothing happened), or in a block (only the
 * fee was taken). Its `code` names the module's error (`consent-not-active`, `chain-insufficient-funds`), and its
 * `reasons` are the codes of a decision that the rules do not allow, or the paths of fields that are missing.
 */
export class TxFault extends Fault {
  readonly codespace: string;
  /** The registered code within the codespace. */
  readonly tx: number;
  /** Of the block; 0 if it reached none. */
  readonly height: bigint;
  /** In hexadecimal digits; empty if it was only simulated. */
  readonly hash: string;

  constructor(codespace: string, code: number, log: string, height = 0n, hash = "") {
    const name = nameOfCode(codespace, code);
    const words = codespace === SDK || name === "chain-refused" ? log : name;
    super(kindOfCode(codespace, code), name, { reasons: reasonsOf(name, log), message: words });
    this.codespace = codespace;
    this.tx = code;
    this.height = height;
    this.hash = hash;
  }
}

/** Stands behind the codes in the text of a denial (x/market, ErrDenied). */
const DENIED = ": not permitted";
/** Stands before the paths in the text of a duo.MissingFieldsError. */
const MISSING = "missing or wrong fields: ";

function reasonsOf(name: string, log: string): string[] {
  let list = "";
  if (name === "market-denied") {
    const before = log.split(DENIED)[0] ?? "";
    list = before.slice(before.lastIndexOf(": ") + 1);
  } else if (name === "market-missing-fields" || name === "consent-missing-fields") {
    list = log.split(MISSING)[1] ?? "";
  }
  list = list.trim();
  return list === "" ? [] : list.split(", ");
}

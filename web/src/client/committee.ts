/** The committee: which key it holds, who has which share, and how many shares more than needed are alive. */

import type { Node } from "../chain/node";
import { ask, askAll } from "../chain/query";
import { toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import {
  type Epoch,
  type Fault as FaultRecord,
  type Key,
  KeyStatus,
  type Run,
} from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import type { Validator } from "./validators";

/** The newest key with its epoch, and the run that makes the next epoch. */
export interface Committee {
  readonly key: Key | undefined;
  readonly epoch: Epoch | undefined;
  readonly originChainId: string;
  /** The open run; undefined if there is none. */
  readonly run: RunView | undefined;
}

/** A run with who has done what in it, operators as lower-case hexadecimal digits. */
export interface RunView {
  readonly run: Run;
  readonly enrolled: readonly string[];
  readonly dealt: readonly string[];
  readonly confirmed: readonly string[];
}

/** A holder of shares. */
export interface ShareHolder {
  /** The 20-byte operator address as lower-case hexadecimal digits. */
  readonly operator: string;
  /** Indexes of its shares, from 1. */
  readonly shares: readonly number[];
  /** The validator, if it is still one. */
  readonly validator: Validator | undefined;
}

/** How far the committee is from being unable to open. */
export interface Margin {
  /** All shares (W), those needed (T), and those of validators that signed one of the last blocks. */
  readonly total: number;
  readonly threshold: number;
  readonly alive: number;
  /** alive - threshold: below zero, nothing opens. */
  readonly spare: number;
}

/** Reads the newest key, its epoch and the open run. A chain whose committee has not begun has none of them. */
export async function committee(node: Node): Promise<Committee> {
  const [key, run] = await Promise.all([
    orAbsent(ask(node, CustodyQuery.method.key, {})),
    orAbsent(ask(node, CustodyQuery.method.run, {})),
  ]);
  const open = run?.run && !run.run.finished ? run.run : undefined;
  return {
    key: key?.key,
    epoch: key?.epoch && key.epoch.owners.length > 0 ? key.epoch : undefined,
    originChainId: key?.originChainId ?? "",
    run: open && {
      run: open,
      enrolled: (run?.enrolled ?? []).map(toHex),
      dealt: (run?.dealt ?? []).map(toHex),
      confirmed: (run?.confirmed ?? []).map(toHex),
    },
  };
}

/** All keys, the newest first. Key ids count from 1. */
export async function keys(node: Node): Promise<readonly { key: Key; epoch: Epoch | undefined }[]> {
  const newest = await orAbsent(ask(node, CustodyQuery.method.key, {}));
  if (!newest?.key) return [];
  const older: bigint[] = [];
  for (let keyId = newest.key.keyId - 1n; keyId > 0n; keyId--) older.push(keyId);
  const answers = await Promise.all(older.map((keyId) => orAbsent(ask(node, CustodyQuery.method.key, { keyId }))));
  return [newest, ...answers].flatMap((answer) => (answer?.key ? [{ key: answer.key, epoch: answer.epoch }] : []));
}

/** The newest key if it is active: what is sealed and asked for now. A Fault `no-active-key` (unavailable) else. */
export async function activeKey(node: Node): Promise<{ key: Key; originChainId: string }> {
  const { key, originChainId } = await committee(node);
  if (key?.status !== KeyStatus.ACTIVE) throw new Fault("unavailable", "no-active-key");
  return { key, originChainId };
}

/** Who holds the shares of an epoch, the holder of most first. */
export function shareHolders(epoch: Epoch, validators: readonly Validator[]): ShareHolder[] {
  const byOperator = new Map(validators.map((validator) => [validator.operator, validator]));
  const shares = new Map<string, number[]>();
  epoch.owners.forEach((owner, place) => {
    const operator = toHex(owner);
    shares.set(operator, [...(shares.get(operator) ?? []), place + 1]);
  });
  return [...shares]
    .map(([operator, list]) => ({ operator, shares: list, validator: byOperator.get(operator) }))
    .sort((a, b) => b.shares.length - a.shares.length || a.operator.localeCompare(b.operator));
}

/** Counts the shares of holders that signed one of the last blocks. */
export function margin(epoch: Epoch, holders: readonly ShareHolder[]): Margin {
  const alive = holders
    .filter((holder) => (holder.validator?.signed ?? 0) > 0)
    .reduce((sum, holder) => sum + holder.shares.length, 0);
  return { total: epoch.owners.length, threshold: epoch.threshold, alive, spare: alive - epoch.threshold };
}

/** An answer, or undefined for what does not exist. */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.kind === "not-found") return undefined;
    throw thrown;
  }
}

/** The convictions in runs, the newest first; at most the last 200. */
export async function faults(node: Node): Promise<FaultRecord[]> {
  return (await askAll(node, CustodyQuery.method.faults, {}, "faults")).toReversed().slice(0, 200);
}

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Fault } from "../core/fault";
import { type PageRequest, PageRequestSchema, type PageResponse } from "../gen/cosmos/base/query/v1beta1/pagination_pb";
import { kindOfCode } from "./codes";
import type { Node } from "./node";

/** Choices of a query. */
export interface AskOptions {
  /** The height whose state is asked, so that several answers agree; the latest if not given. Nodes forget old ones. */
  readonly height?: bigint;
}

/** Choices of a list. */
export interface AskAllOptions extends AskOptions {
  /** How many entries are wanted at most; all if not given. */
  readonly limit?: number;
}

/** As many entries as a node gives at a time. */
const PAGE_SIZE = 200;
/** Ends a listing that a node would go on with for ever. */
const MAX_PAGES = 1000;

/**
 * Asks one method of the chain's query services: `ask(node, Query.method.dataset, { datasetId })`. What does not exist is
 * a Fault `not-found`; the answer is the node's word.
 */
export async function ask<I extends DescMessage, O extends DescMessage>(
  node: Node,
  method: DescMethodUnary<I, O>,
  input: MessageInitShape<I>,
  options: AskOptions = {},
): Promise<MessageShape<O>> {
  return (await asked(node, method, input, options.height ?? 0n)).message;
}

/**
 * The thing that was asked for, as its own fields say. A node that leaves it out, or gives another in its place, has not
 * answered: an internal Fault `node-answer`. Whatever is proven or signed next would be of the other one.
 */
export function mustBe<T extends object, K extends keyof T>(given: T | undefined, wanted: Pick<T, K>): T {
  const fields = Object.keys(wanted) as K[];
  if (given === undefined || fields.some((field) => given[field] !== wanted[field])) {
    throw new Fault("internal", "node-answer");
  }
  return given;
}

async function asked<I extends DescMessage, O extends DescMessage>(
  node: Node,
  method: DescMethodUnary<I, O>,
  input: MessageInitShape<I>,
  height: bigint,
): Promise<{ message: MessageShape<O>; height: bigint }> {
  const path = `/${method.parent.typeName}/${method.name}`;
  const answer = await node.query(path, toBinary(method.input, create(method.input, input)), height);
  if (answer.code !== 0) throw refusal(answer.codespace, answer.code, answer.log);
  try {
    return { message: fromBinary(method.output, answer.value), height: answer.height };
  } catch (cause) {
    throw new Fault("internal", "node-answer", { cause });
  }
}

/** A query that the application answered with an error. Only a message can be refused by a rule. */
function refusal(codespace: string, code: number, log: string): Fault {
  const kind = kindOfCode(codespace, code);
  const name = { usage: "query-usage", "not-found": "not-found", unavailable: "query-unavailable" }[kind as string];
  if (name === undefined) return new Fault("internal", "query-failed", { message: log });
  return new Fault(kind, name, { message: log });
}

/** A message that asks for one page. */
type Paged = { pagination?: PageRequest | undefined };
/** A message that answers with one page. */
type PagedAnswer = { pagination?: PageResponse | undefined };
/** Names of the lists of a message. */
type Lists<M> = { [K in keyof M]: M[K] extends readonly unknown[] ? K : never }[keyof M];

/**
 * Asks a list, page by page, and resolves to all its entries: `askAll(node, Query.method.datasets, { owner }, "datasets")`.
 * All pages are of one height.
 */
export async function askAll<I extends DescMessage, O extends DescMessage, K extends Lists<MessageShape<O>>>(
  node: Node,
  method: DescMethodUnary<I, O>,
  input: MessageInitShape<I>,
  list: K,
  options: AskAllOptions = {},
): Promise<MessageShape<O>[K]> {
  const most = options.limit ?? Number.POSITIVE_INFINITY;
  const all: unknown[] = [];
  for await (const page of pages(node, method, input, options)) {
    all.push(...(page[list] as unknown[]));
    if (all.length >= most) break;
  }
  return all.slice(0, most) as MessageShape<O>[K];
}

/** Asks a query of several lists page by page: every page's whole answer, all of one height. */
export async function* pages<I extends DescMessage, O extends DescMessage>(
  node: Node,
  method: DescMethodUnary<I, O>,
  input: MessageInitShape<I>,
  options: AskAllOptions = {},
): AsyncGenerator<MessageShape<O>, void> {
  const limit = BigInt(Math.min(PAGE_SIZE, options.limit ?? PAGE_SIZE));
  let height = options.height ?? 0n;
  let key: Uint8Array = new Uint8Array();
  for (let page = 0; page < MAX_PAGES; page++) {
    const request = create(method.input, input) as MessageShape<I> & Paged;
    request.pagination = create(PageRequestSchema, { key, limit });
    const answer = await asked(node, method, request as MessageInitShape<I>, height);
    yield answer.message;
    const next = (answer.message as PagedAnswer).pagination?.nextKey;
    if (next === undefined || next.length === 0) return;
    key = next;
    height = answer.height;
  }
  throw new Fault("internal", "node-answer", { message: "the node goes on with a listing" });
}

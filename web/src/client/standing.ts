/** What an organisation changes of its own standing (bond, gateway), and challenges of what another one vouched for. */
import { create } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { fromHex } from "../core/bytes";
import { Fault } from "../core/fault";
import type { Challenge, GatewayInfo, Params } from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import {
  MsgChallengeDeidentificationSchema,
  MsgConfirmChallengeSchema,
  MsgDepositBondSchema,
  MsgUpdateGatewaySchema,
  MsgWithdrawBondSchema,
} from "../gen/volens/attestation/v1/tx_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { type Attested, attestationOf } from "./attestation";
import type { Desk, Sent } from "./desk";

/** An amount as messages have it, in the smallest unit. */
export interface Amount {
  readonly amount: string;
  readonly denom: string;
}

/** The module's parameters: the least bonds among them. */
export async function attestationTerms(node: Node): Promise<Params> {
  const { params } = await ask(node, AttestationQuery.method.params, {});
  if (!params) throw new Fault("internal", "node-answer");
  return params;
}

/** Adds to the organisation's bond. */
export function depositBond(desk: Desk, amount: Amount): Promise<Sent> {
  return desk.send([create(MsgDepositBondSchema, { organisation: desk.address, amount })]);
}

/** Takes from what of the bond is not locked. */
export function withdrawBond(desk: Desk, amount: Amount): Promise<Sent> {
  return desk.send([create(MsgWithdrawBondSchema, { organisation: desk.address, amount })]);
}

/** Changes how the organisation's gateway is reached, and which terms hold; the terms' digest in hex. */
export function updateGateway(
  desk: Desk,
  { baseUrl, recipient, termsSha256 }: Pick<GatewayInfo, "baseUrl" | "recipient"> & { readonly termsSha256: string },
): Promise<Sent> {
  if (!recipient.startsWith("age1pq1")) throw new Fault("usage", "classical-recipient");
  const gateway = { baseUrl, recipient, termsSha256: fromHex(termsSha256, 32) };
  return desk.send([create(MsgUpdateGatewaySchema, { organisation: desk.address, gateway })]);
}

/** Whether an address of a gateway is one that the chain takes: https, or http on this machine only, 200 bytes at most. */
export function isBaseUrl(text: string): boolean {
  if (text.length > 200 || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

/** The attestation of a dataset's present version, and the challenge of it. */
export interface Vouched extends Attested {
  readonly datasetId: string;
  readonly version: bigint;
}

/** What was vouched for a dataset's present version. A Fault `not-found` for a dataset that does not exist. */
export async function vouchedFor(node: Node, datasetId: string): Promise<Vouched> {
  const { dataset } = await ask(node, DatasetQuery.method.dataset, { datasetId });
  const { version } = mustBe(dataset, { id: datasetId });
  return { datasetId, version, ...(await attestationOf(node, datasetId, version)) };
}

/** Challenges an attestation against a bond; the evidence never goes on chain, only its digest, here in hex. */
export function challenge(
  desk: Desk,
  { datasetId, version }: Pick<Vouched, "datasetId" | "version">,
  evidenceSha256: string,
  bond: Amount,
): Promise<Sent> {
  const evidence = fromHex(evidenceSha256, 32);
  const challenger = desk.address;
  return desk.send([
    create(MsgChallengeDeidentificationSchema, { challenger, datasetId, version, evidenceSha256: evidence, bond }),
  ]);
}

/** An ethics organisation's word that a challenge has to be judged: the freeze lasts until then. */
export function confirmChallenge(desk: Desk, { datasetId, version }: Challenge): Promise<Sent> {
  return desk.send([create(MsgConfirmChallengeSchema, { organisation: desk.address, datasetId, version })]);
}

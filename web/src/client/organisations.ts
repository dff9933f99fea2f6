/** Organisations and what they sign: ethics approvals and visas. Twin of Go's `client/organisations.go`. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Node } from "../chain/node";
import { ask, askAll } from "../chain/query";
import { fromBase64, fromHex, toHex } from "../core/bytes";
import { JsonReader } from "../core/json";
import {
  type EthicsApproval,
  type Heartbeat,
  type Organisation,
  OrganisationStatus,
  Role,
  type Visa,
} from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import {
  MsgApproveEthicsSchema,
  MsgIssueVisaSchema,
  MsgRevokeEthicsSchema,
  MsgRevokeVisaSchema,
} from "../gen/volens/attestation/v1/tx_pb";
import type { Purpose, RecipientClass } from "../gen/volens/consent/v1/duo_pb";
import { type Decision, DecisionState, type Request, State } from "../gen/volens/market/v1/market_pb";
import { Query as MarketQuery } from "../gen/volens/market/v1/query_pb";
import { MsgAnswerReferralSchema } from "../gen/volens/market/v1/tx_pb";
import { orAbsent } from "./committee";
import type { Desk, Sent } from "./desk";
import { unquote } from "./network";
import { requests } from "./request";

/** An organisation with its heartbeat, if it is a gateway. */
export interface Registration {
  readonly organisation: Organisation;
  readonly heartbeat: Heartbeat | undefined;
}

/** A decision that waits for an ethics organisation, with its request. */
export interface Referral {
  readonly request: Request;
  readonly decision: Decision;
}

/** A request whose protocol an ethics organisation can approve, with the approvals that there are. */
export interface ProtocolRequest {
  readonly request: Request;
  readonly approvals: readonly EthicsApproval[];
}

/** The organisation of an address; undefined if none is accredited there. */
export async function registration(node: Node, address: string): Promise<Registration | undefined> {
  const answer = await orAbsent(ask(node, AttestationQuery.method.organisation, { address }));
  return answer?.organisation && { organisation: answer.organisation, heartbeat: answer.heartbeat };
}

/** Accredited organisations, with a role only those that have it. */
export function organisations(node: Node, role = Role.UNSPECIFIED): Promise<Organisation[]> {
  return askAll(node, AttestationQuery.method.organisations, { role }, "organisations");
}

/** Whether an organisation may speak in a role now. */
export function speaks(organisation: Organisation | undefined, role: Role): boolean {
  return organisation?.status === OrganisationStatus.ACTIVE && organisation.roles.includes(role);
}

/** The visas of a researcher, revoked and expired ones among them. */
export async function visasOf(node: Node, researcher: string): Promise<Visa[]> {
  return (await orAbsent(ask(node, AttestationQuery.method.visas, { researcher })))?.visas ?? [];
}

/** The approvals of a protocol by its digest in hex. */
export async function approvalsOf(node: Node, protocolSha256: string): Promise<EthicsApproval[]> {
  return (await orAbsent(ask(node, AttestationQuery.method.ethicsApprovals, { protocolSha256 })))?.approvals ?? [];
}

/** Signs that the protocol with this digest may go ahead for these purposes. `expiry` in milliseconds since 1970. */
export function approveEthics(
  desk: Desk,
  approval: {
    readonly protocolSha256: string;
    readonly documentSha256: string;
    readonly purposes: readonly Purpose[];
    readonly expiry: number;
  },
): Promise<Sent> {
  return desk.send([
    create(MsgApproveEthicsSchema, {
      organisation: desk.address,
      protocolSha256: fromHex(approval.protocolSha256, 32),
      documentSha256: fromHex(approval.documentSha256, 32),
      purposes: [...approval.purposes],
      expiry: timestampFromMs(approval.expiry),
    }),
  ]);
}

/** Takes an own approval back. */
export function revokeEthics(desk: Desk, protocolSha256: string): Promise<Sent> {
  const digest = fromHex(protocolSha256, 32);
  return desk.send([create(MsgRevokeEthicsSchema, { organisation: desk.address, protocolSha256: digest })]);
}

/** Signs that a researcher works for the organisation. `expiry` in milliseconds since 1970. */
export function issueVisa(
  desk: Desk,
  visa: { readonly researcher: string; readonly recipientClass: RecipientClass; readonly expiry: number },
): Promise<Sent> {
  return desk.send([
    create(MsgIssueVisaSchema, {
      organisation: desk.address,
      researcher: visa.researcher,
      recipientClass: visa.recipientClass,
      expiry: timestampFromMs(visa.expiry),
    }),
  ]);
}

/** Takes an own visa back. */
export function revokeVisa(desk: Desk, researcher: string): Promise<Sent> {
  return desk.send([create(MsgRevokeVisaSchema, { organisation: desk.address, researcher })]);
}

/** Answers what the rules referred to the organisation. */
export function answerReferral(desk: Desk, decision: Decision, approve: boolean): Promise<Sent> {
  return desk.send([
    create(MsgAnswerReferralSchema, {
      organisation: desk.address,
      requestId: decision.requestId,
      datasetId: decision.datasetId,
      approve,
    }),
  ]);
}

/** Decisions on open requests that wait for the organisation's word. */
export async function referralsTo(node: Node, organisation: string): Promise<Referral[]> {
  const open = await requests(node, { state: State.OPEN });
  const lists = await Promise.all(
    open.map(async (request) => {
      const all = await askAll(node, MarketQuery.method.decisions, { requestId: request.id }, "decisions");
      return all
        .filter(({ state, referTo }) => state === DecisionState.REFERRED && referTo === organisation)
        .map((decision) => ({ request, decision }));
    }),
  );
  return lists.flat();
}

/** Open requests with the approvals of their protocols. Several requests may name one protocol. */
export async function openProtocols(node: Node): Promise<ProtocolRequest[]> {
  const [open, submitted] = await Promise.all([
    requests(node, { state: State.OPEN }),
    requests(node, { state: State.SUBMITTED }),
  ]);
  return Promise.all(
    [...submitted, ...open].map(async (request) => ({
      request,
      approvals: await approvalsOf(node, toHex(request.spec?.use?.protocolSha256 ?? new Uint8Array())),
    })),
  );
}

/** The visas that an organisation ever issued and that stand, by the events of the chain and then its state. */
export async function visasBy(node: Node, organisation: string): Promise<Visa[]> {
  const issued = await eventValues(node, "volens.attestation.v1.EventVisaIssued", organisation, "researcher");
  const lists = await Promise.all(issued.map((researcher) => visasOf(node, researcher)));
  return lists.flat().filter((visa) => visa.organisation === organisation);
}

/** The approvals that an organisation ever signed, by the events of the chain and then its state. */
export async function approvalsBy(node: Node, organisation: string): Promise<EthicsApproval[]> {
  const type = "volens.attestation.v1.EventEthicsApproved";
  const protocols = await eventValues(node, type, organisation, "protocol_sha256");
  const lists = await Promise.all(protocols.map((digest) => approvalsOf(node, toHex(fromBase64(digest)))));
  return lists.flat().filter((approval) => approval.organisation === organisation);
}

const searchPage = 50;
const mostPages = 20;

/** The different values of one field in an organisation's events of one type, the newest first. */
async function eventValues(node: Node, type: string, organisation: string, field: string): Promise<string[]> {
  const values = new Set<string>();
  for (let page = 1; page <= mostPages; page++) {
    const answer = await node.rpc.call("tx_search", {
      query: `${type}.organisation='"${organisation}"'`,
      page: String(page),
      per_page: String(searchPage),
      order_by: "desc",
    });
    const reader = new JsonReader(answer, "node-answer");
    const txs = reader.objects("txs");
    for (const event of txs.flatMap((tx) => tx.object("tx_result").objects("events"))) {
      if (event.text("type") !== type) continue;
      const fields = new Map(event.objects("attributes").map((a) => [a.text("key"), unquote(a.text("value", ""))]));
      const value = fields.get(field);
      if (value && fields.get("organisation") === organisation) values.add(value);
    }
    if (page * searchPage >= Number(reader.long("total_count"))) break;
  }
  return [...values];
}

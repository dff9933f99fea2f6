/** An organisation inspects a dataset and vouches for it, or does not. Twin of Go's `client/attest.go` and `inspect.go`. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Node } from "../chain/node";
import { ask, askAll, mustBe } from "../chain/query";
import { fromHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { Basis } from "../gen/volens/attestation/v1/attestation_pb";
import {
  MsgAttestDeidentificationSchema,
  MsgRefuseDeidentificationSchema,
  MsgRevokeDeidentificationSchema,
} from "../gen/volens/attestation/v1/tx_pb";
import { type Inspection, InspectionState } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { MsgAcceptInspectionSchema } from "../gen/volens/custody/v1/tx_pb";
import type { Payload } from "../gen/volens/dataset/v1/dataset_pb";
import type { Desk, Sent } from "./desk";
import { collect, download, findRelease } from "./fetch";
import { committeeKey } from "./request";
import type { Papers, Verdict, Watch } from "./sealer";

/** What an organisation found in a dataset that was opened for it. */
export interface Judged {
  readonly inspection: Inspection;
  readonly payload: Payload;
  readonly verdict: Verdict;
}

/** Inspections that an organisation was asked for; with `state`, those in it. */
export function inspectionsOf(
  node: Node,
  organisation: string,
  state = InspectionState.UNSPECIFIED,
): Promise<Inspection[]> {
  return askAll(node, CustodyQuery.method.inspections, { organisation, state }, "inspections");
}

/** One inspection by its id. */
export async function inspection(node: Node, inspectionId: string): Promise<Inspection> {
  const answer = await ask(node, CustodyQuery.method.inspection, { inspectionId });
  return mustBe(answer.inspection, { id: inspectionId });
}

/** The bond that accepting an inspection locks. */
export async function inspectionBond(node: Node) {
  const { params } = await ask(node, CustodyQuery.method.params, {});
  if (!params?.inspectionBond) throw new Fault("internal", "node-answer");
  return params.inspectionBond;
}

/** Posts the organisation's one-time key, delivery key and bond; the committee then opens the dataset for it. */
export async function acceptInspection(desk: Desk, asked: Inspection): Promise<Sent> {
  const [key, liveChain, bond, deliveryKey] = await Promise.all([
    committeeKey(desk.node),
    desk.node.chainId(),
    inspectionBond(desk.node),
    desk.vault.deliveryRecipient(asked.id),
  ]);
  const [seat] = await desk.vault.seats({
    key,
    liveChain,
    requestId: asked.id,
    reader: desk.address,
    first: 0n,
    count: 1,
  });
  if (!seat) throw new Fault("internal", "vault-answer");
  return desk.send([
    create(MsgAcceptInspectionSchema, {
      organisation: desk.address,
      inspectionId: asked.id,
      q: seat.q,
      proof: seat.proof,
      deliveryKey,
      bond,
    }),
  ]);
}

/**
 * Opens the dataset through its own release, compares the file's header with the chain, and re-runs every check on what
 * is inside. The plaintext is checked as it streams and never kept. `papers` are what the owner handed over.
 */
export async function judge(desk: Desk, inspectionId: string, papers: Papers, watch?: Watch): Promise<Judged> {
  const asked = await inspection(desk.node, inspectionId);
  const found = await findRelease(desk.node, inspectionId, 0n);
  const released = await collect(desk, found);
  const verdict = await desk.sealer.judge(await download(desk, found.payload), released, papers, watch);
  return { inspection: asked, payload: found.payload, verdict };
}

const bases: Readonly<Record<string, Basis>> = {
  "safe-harbor": Basis.SAFE_HARBOR,
  "expert-determination": Basis.EXPERT_DETERMINATION,
  "gdpr-pseudonymised": Basis.GDPR_PSEUDONYMISED,
};

/** The basis by the name in a profile; undefined for another name. */
export function basisNamed(name: string): Basis | undefined {
  return bases[name];
}

/** Signs that this version is de-identified. Only a verdict without a failed check can be signed. `expiry` in ms. */
export function vouch(desk: Desk, judged: Judged, basis: Basis, expiry: number): Promise<Sent> {
  const { inspection, payload, verdict } = judged;
  if (!verdict.ok) throw new Fault("refused", "checks-failed", { reasons: failedChecks(verdict) });
  return desk.send([
    create(MsgAttestDeidentificationSchema, {
      attestor: desk.address,
      datasetId: inspection.datasetId,
      version: inspection.version,
      sha256: payload.sha256,
      u: payload.u,
      facetsRoot: payload.facetsRoot,
      basis,
      profileSha256: fromHex(verdict.profile.sha256),
      toolVersion: verdict.toolVersion,
      reportSha256: fromHex(verdict.reportSha256),
      expiry: timestampFromMs(expiry),
    }),
  ]);
}

/** Signs that the organisation does not vouch, over the digest of the findings that it sends to the owner. */
export function refuse(desk: Desk, judged: Judged): Promise<Sent> {
  return desk.send([
    create(MsgRefuseDeidentificationSchema, {
      attestor: desk.address,
      datasetId: judged.inspection.datasetId,
      version: judged.inspection.version,
      reportSha256: fromHex(judged.verdict.findingsSha256),
    }),
  ]);
}

/** Takes an own attestation back. */
export function revokeAttestation(desk: Desk, datasetId: string, version: bigint): Promise<Sent> {
  return desk.send([create(MsgRevokeDeidentificationSchema, { attestor: desk.address, datasetId, version })]);
}

/** The checks that did not pass, each once. */
export function failedChecks(verdict: Verdict): string[] {
  return [...new Set(verdict.findings.filter(({ ok }) => !ok).map(({ check }) => check))];
}

/** Own datasets: what the chain says of them, who may look inside to check them, and their end. Twin of Go's `dataset.go`. */
import { create } from "@bufbuild/protobuf";
import type { Node } from "../chain/node";
import { ask, askAll, mustBe } from "../chain/query";
import { randomBytes } from "../core/bytes";
import {
  type Challenge,
  type Deidentification,
  type Organisation,
  OrganisationKind,
  OrganisationStatus,
  Role,
} from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import { type Consent, Status as ConsentStatus } from "../gen/volens/consent/v1/consent_pb";
import { type Inspection, InspectionState } from "../gen/volens/custody/v1/custody_pb";
import { Query as CustodyQuery } from "../gen/volens/custody/v1/query_pb";
import { MsgRequestInspectionSchema, MsgWithdrawInspectionSchema } from "../gen/volens/custody/v1/tx_pb";
import { type Dataset, Kind, type Receipt, Status } from "../gen/volens/dataset/v1/dataset_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { MsgWithdrawDatasetSchema } from "../gen/volens/dataset/v1/tx_pb";
import { latestConsent } from "./allowed";
import { attestationOf, undecided } from "./attestation";
import { orAbsent } from "./committee";
import type { Sent } from "./desk";
import { mustOwn, type Person } from "./person";

/** A dataset with everything its owner wants to know of it. */
export interface DatasetView {
  readonly dataset: Dataset;
  /** Receipts of the present version. */
  readonly receipts: readonly Receipt[];
  /** The latest version of the consent, active or not; undefined if none was ever given. */
  readonly consent: Consent | undefined;
  /** The statement of the organisation that checked this version; undefined if none did. */
  readonly checked: Deidentification | undefined;
  /** A challenge of that statement. */
  readonly challenge: Challenge | undefined;
  /** All inspections, of all versions. */
  readonly inspections: readonly Inspection[];
}

/**
 * Where a dataset stands for its owner: `sending` until enough gateways hold it, `unchecked` until an organisation was
 * asked to check it, `checking` until it has answered, `refused` when it would not vouch; then `ready` or, with an active
 * consent, `sharing`. `frozen` while a challenge is open, `withdrawn` for ever.
 */
export type Standing = "sending" | "unchecked" | "checking" | "refused" | "ready" | "sharing" | "frozen" | "withdrawn";

/** The datasets of these accounts, the newest first. */
export async function datasetsOf(node: Node, owners: readonly string[]): Promise<DatasetView[]> {
  const lists = await Promise.all(
    owners.map((owner) => askAll(node, DatasetQuery.method.datasets, { owner }, "datasets")),
  );
  const all = await Promise.all(lists.flat().map(({ id }) => datasetView(node, id)));
  return all.sort((a, b) => Number(b.dataset.height - a.dataset.height));
}

/** One dataset, anybody's. A Fault `not-found` if there is none, `node-answer` for another one in its place. */
export async function datasetView(node: Node, datasetId: string): Promise<DatasetView> {
  const answer = await ask(node, DatasetQuery.method.dataset, { datasetId });
  const dataset = mustBe(answer.dataset, { id: datasetId });
  const [consent, vouched, inspections] = await Promise.all([
    latestConsent(node, datasetId),
    attestationOf(node, datasetId, dataset.version),
    askAll(node, CustodyQuery.method.inspections, { datasetId }, "inspections"),
  ]);
  const { statement, challenge } = vouched;
  return {
    dataset,
    receipts: answer.receipts,
    consent,
    checked: statement && !statement.revoked ? statement : undefined,
    challenge,
    inspections,
  };
}

/** Where a dataset stands. `now` is the time of the latest block, in milliseconds since 1970. */
export function standing(view: DatasetView, now: number): Standing {
  const { dataset, receipts, consent, checked, challenge } = view;
  if (dataset.status === Status.WITHDRAWN) return "withdrawn";
  if (dataset.status === Status.FROZEN || undecided(challenge)) return "frozen";
  if (receipts.length < (dataset.payload?.threshold ?? 1)) return "sending";
  if (checked && Number(checked.expiry?.seconds ?? 0n) * 1000 > now) {
    return consent?.status === ConsentStatus.ACTIVE ? "sharing" : "ready";
  }
  const looks = view.inspections.filter(({ version }) => version === dataset.version);
  if (looks.some(({ state }) => isAwaited(state))) return "checking";
  return looks.some(({ state }) => state === InspectionState.REFUSED) ? "refused" : "unchecked";
}

/** Whether a verdict of an inspection is still awaited. */
export function isAwaited(state: InspectionState): boolean {
  return [InspectionState.REQUESTED, InspectionState.ACCEPTED, InspectionState.RELEASED].includes(state);
}

/** Whether a dataset holds genes, which relatives share: then the family note and the questions are shown. */
export function holdsGenes(kind: Kind): boolean {
  return [Kind.VCF, Kind.GVCF, Kind.BAM, Kind.CRAM, Kind.FASTQ, Kind.GENOTYPE_ARRAY].includes(kind);
}

/** Kinds of organisations that may never inspect (`MayInspect` of x/attestation). */
const neverInspect = [
  OrganisationKind.INSURER,
  OrganisationKind.EMPLOYER,
  OrganisationKind.GOVERNMENT,
  OrganisationKind.LAW_ENFORCEMENT,
];

/** Organisations that can check a dataset. */
export async function checkers(node: Node): Promise<Organisation[]> {
  const all = await askAll(node, AttestationQuery.method.organisations, { role: Role.ATTESTOR }, "organisations");
  return all.filter(({ status, kind }) => status === OrganisationStatus.ACTIVE && !neverInspect.includes(kind));
}

/** The organisation of an address; undefined if none is accredited there. */
export async function organisationAt(node: Node, address: string): Promise<Organisation | undefined> {
  const found = await orAbsent(ask(node, AttestationQuery.method.organisation, { address }));
  return found && mustBe(found.organisation, { address });
}

/**
 * Lets an organisation read the present version, to judge it: the owner's consent to that, and to nothing else. The
 * report and the facets go to it by the owner's hand.
 */
export async function askCheck(person: Person, { dataset }: DatasetView, organisation: string): Promise<Sent> {
  await mustOwn(person, dataset.owner);
  const { id: datasetId, owner, version } = dataset;
  const random = randomBytes(16);
  return person.send(owner, [create(MsgRequestInspectionSchema, { owner, datasetId, version, organisation, random })]);
}

/** Ends an inspection before its key is released. It costs no fee. */
export function withdrawCheck(person: Person, inspection: Inspection): Promise<Sent> {
  const { owner, id: inspectionId } = inspection;
  return person.send(owner, [create(MsgWithdrawInspectionSchema, { owner, inspectionId })], { fee: "free" });
}

/** Ends a dataset for ever. What was released stays released. */
export async function withdrawDataset(person: Person, { dataset }: DatasetView): Promise<Sent> {
  await mustOwn(person, dataset.owner);
  const { owner, id: datasetId } = dataset;
  return person.send(owner, [create(MsgWithdrawDatasetSchema, { owner, datasetId })]);
}

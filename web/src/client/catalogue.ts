/** The datasets that are on offer, with what each patient allows and who vouches for it. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { shortName } from "../core/duo/term";
import { ChallengeState, type Deidentification } from "../gen/volens/attestation/v1/attestation_pb";
import { type Consent, Status as ConsentStatus } from "../gen/volens/consent/v1/consent_pb";
import { type Dataset, type Receipt, Status } from "../gen/volens/dataset/v1/dataset_pb";
import { Query as DatasetQuery } from "../gen/volens/dataset/v1/query_pb";
import { latestConsent } from "./allowed";
import { attestationOf } from "./attestation";

/** A dataset as a researcher sees it. */
export interface Offer {
  readonly dataset: Dataset;
  /** The latest version of its consent. */
  readonly consent: Consent | undefined;
  /** The statement about this version of the payload. */
  readonly attestation: Deidentification | undefined;
  /** An open challenge freezes the attestation. */
  readonly challenged: boolean;
}

/** A page of offers. */
export interface OfferPage {
  readonly offers: readonly Offer[];
  /** Where the next page begins; undefined after the last. */
  readonly next: Uint8Array | undefined;
}

/** How many datasets {@link offers} reads at a time. */
export const offerPage = 50;

/** How many datasets a check or a catalogue looks at, as Go's `client/check.go`. */
export const mostLooked = 2000;

/** One page of the active datasets with consent and attestation. */
export async function offers(node: Node, from: Uint8Array = new Uint8Array()): Promise<OfferPage> {
  const answer = await ask(node, DatasetQuery.method.datasets, {
    status: Status.ACTIVE,
    pagination: { key: from, limit: BigInt(offerPage) },
  });
  const next = answer.pagination?.nextKey;
  return {
    offers: await Promise.all(answer.datasets.map((dataset) => offerOf(node, dataset))),
    next: next && next.length > 0 ? next : undefined,
  };
}

/** One dataset with the receipts of its gateways. */
export async function offer(node: Node, datasetId: string): Promise<Offer & { readonly receipts: readonly Receipt[] }> {
  const { dataset, receipts } = await ask(node, DatasetQuery.method.dataset, { datasetId });
  return { ...(await offerOf(node, mustBe(dataset, { id: datasetId }))), receipts };
}

/** Adds to a dataset what is said about it. */
export async function offerOf(node: Node, dataset: Dataset): Promise<Offer> {
  const { id: datasetId, version } = dataset;
  const [consent, { statement, challenge }] = await Promise.all([
    latestConsent(node, datasetId),
    attestationOf(node, datasetId, version),
  ]);
  return {
    dataset,
    consent,
    attestation: statement,
    challenged: challenge !== undefined && challenge.state !== ChallengeState.DISMISSED,
  };
}

/** Whether the patient's consent is in force at a time, in milliseconds since 1970. */
export function consents(offer: Offer, now: number): boolean {
  const { consent } = offer;
  if (consent?.status !== ConsentStatus.ACTIVE) return false;
  const { expiry } = consent.provision ?? {};
  return expiry?.never === true || (expiry?.time !== undefined && timestampMs(expiry.time) > now);
}

/** Whether an organisation vouches for this version at a time, in milliseconds since 1970. */
export function attested(offer: Offer, now: number): boolean {
  const { attestation, challenged } = offer;
  if (!attestation || attestation.revoked || challenged) return false;
  return attestation.expiry !== undefined && timestampMs(attestation.expiry) > now;
}

/** DUO's short name of the permission that an offer's consent gives; undefined without one, and when it was stopped. */
export function permissionOf({ consent }: Offer): string | undefined {
  if (consent?.status !== ConsentStatus.ACTIVE) return undefined;
  const term = consent.provision?.policy?.permission;
  return term === undefined ? undefined : (shortName(term) ?? term);
}

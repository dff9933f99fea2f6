/** What the rules need to know, asked of the chain before money moves. Twin of Go's `client/facts.go`. */
import { create } from "@bufbuild/protobuf";
import type { Node, Status } from "../chain/node";
import { ask } from "../chain/query";
import { equal, toHex } from "../core/bytes";
import {
  type AttestationFacts,
  type ConsentFacts,
  Evidence,
  type Facts,
  nanoseconds,
  type OrganisationFacts,
  type RecipientFacts,
} from "../core/duo/facts";
import { type Decision, permits } from "../core/duo/permits";
import {
  Basis,
  type Organisation,
  OrganisationKind,
  OrganisationStatus,
  Role,
} from "../gen/volens/attestation/v1/attestation_pb";
import { type Consent, Status as ConsentStatus } from "../gen/volens/consent/v1/consent_pb";
import { DataClass, type Policy, PolicySchema, RecipientClass, type Use } from "../gen/volens/consent/v1/duo_pb";
import { Query as ConsentQuery } from "../gen/volens/consent/v1/query_pb";
import { Status as DatasetStatus, Kind } from "../gen/volens/dataset/v1/dataset_pb";
import type { Offer } from "./catalogue";
import { activeKey } from "./committee";
import { approvalsOf, registration, speaks, visasOf } from "./organisations";

/** A use with everything about its parties, ready to be asked about datasets. The chain asks again, and only its answer counts. */
export interface Inquiry {
  permits(offer: Offer): Promise<Decision>;
}

/** Asks the chain for what does not depend on a dataset. */
export async function inquire(node: Node, use: Use): Promise<Inquiry> {
  const find = finder(node);
  const [status, { key }, organisation, owner, recipients, approvals, codebook] = await Promise.all([
    node.status(),
    activeKey(node),
    find(use.organisation),
    find(use.beneficialOwner),
    recipientFacts(node, use, find),
    approvalFacts(node, use, find),
    codebookFacts(node, use),
  ]);
  const common = {
    height: status.height,
    time: timeOf(status),
    approvals,
    organisation: organisationFacts(use.organisation, organisation),
    beneficialOwner: organisationFacts(use.beneficialOwner, owner),
    recipients,
    coSigners: [],
    computeCountry: "",
    codebook,
    referralApproved: false,
  };
  return {
    permits: async (offer) => {
      const policy = offer.consent?.provision?.policy ?? create(PolicySchema);
      const attestor = offer.attestation && (await find(offer.attestation.attestor));
      const facts: Facts = {
        ...common,
        consent: consentFacts(offer.consent),
        dataset: {
          active: offer.dataset.status === DatasetStatus.ACTIVE,
          keyId: offer.dataset.payload?.keyId ?? 0n,
          dataClasses: classesOf(offer.dataset.payload?.kind ?? Kind.UNSPECIFIED, policy),
        },
        attestation: attestationFacts(offer, attestor, common.time),
      };
      return permits(policy, use, key.keyId, facts);
    },
  };
}

/** The node tells its time in milliseconds; what ends within this one is told by the chain alone. */
function timeOf(status: Status): bigint {
  return BigInt(status.time) * 1_000_000n;
}

type Find = (address: string) => Promise<Organisation | undefined>;

/** Asks for each organisation once. */
function finder(node: Node): Find {
  const known = new Map<string, Promise<Organisation | undefined>>();
  return (address) => {
    const found = known.get(address) ?? registration(node, address).then((found) => found?.organisation);
    known.set(address, found);
    return found;
  };
}

function organisationFacts(address: string, found: Organisation | undefined): OrganisationFacts {
  return {
    address,
    kind: found?.kind ?? OrganisationKind.UNSPECIFIED,
    country: found?.country ?? "",
    accredited: found?.status === OrganisationStatus.ACTIVE,
  };
}

async function recipientFacts(node: Node, use: Use, find: Find): Promise<RecipientFacts[]> {
  const organisation = organisationFacts(use.organisation, await find(use.organisation));
  return Promise.all(
    use.recipients.map(async (address) => {
      const visas = await visasOf(node, address);
      const visa = visas.find((one) => one.organisation === use.organisation && !one.revoked);
      return {
        address,
        organisation,
        class: (visa?.recipientClass ?? RecipientClass.UNSPECIFIED) as RecipientClass,
        visa: visa ? Evidence.ATTESTED : Evidence.NONE,
        visaExpiry: visa?.expiry ? nanoseconds(visa.expiry) : 0n,
      };
    }),
  );
}

async function approvalFacts(node: Node, use: Use, find: Find): Promise<Facts["approvals"]> {
  const all = await approvalsOf(node, toHex(use.protocolSha256));
  return Promise.all(
    all.map(async (approval) => ({
      evidence:
        !approval.revoked && speaks(await find(approval.organisation), Role.ETHICS) ? Evidence.ATTESTED : Evidence.NONE,
      organisation: approval.organisation,
      protocolSha256: approval.protocolSha256,
      purposes: approval.purposes,
      expiry: approval.expiry ? nanoseconds(approval.expiry) : 0n,
    })),
  );
}

async function codebookFacts(node: Node, use: Use): Promise<Facts["codebook"]> {
  if (use.codebook === "") return undefined;
  const { codebooks } = await ask(node, ConsentQuery.method.codebooks, {});
  return codebooks.find(({ version }) => version === use.codebook);
}

function consentFacts(consent: Consent | undefined): ConsentFacts {
  const expiry = consent?.provision?.expiry;
  return {
    active: consent?.status === ConsentStatus.ACTIVE,
    start: consent?.time && nanoseconds(consent.time),
    expiry: expiry?.time && nanoseconds(expiry.time),
    noExpiry: expiry?.never === true,
  };
}

function attestationFacts(offer: Offer, by: Organisation | undefined, time: bigint): AttestationFacts {
  const { attestation, challenged } = offer;
  const { payload } = offer.dataset;
  const same =
    attestation !== undefined &&
    payload !== undefined &&
    equal(attestation.sha256, payload.sha256) &&
    equal(attestation.u, payload.u) &&
    equal(attestation.facetsRoot, payload.facetsRoot);
  const ends = attestation?.expiry && nanoseconds(attestation.expiry);
  return {
    live: same && !attestation.revoked && ends !== undefined && time < ends && speaks(by, Role.ATTESTOR),
    basis: attestation?.basis ?? Basis.UNSPECIFIED,
    challenged,
  };
}

/** What a payload holds: its kind says it, or the grant does. */
function classesOf(kind: Kind, policy: Policy): readonly DataClass[] {
  switch (kind) {
    case Kind.VCF:
    case Kind.GVCF:
    case Kind.GENOTYPE_ARRAY:
      return [DataClass.GERMLINE_VARIANTS];
    case Kind.BAM:
    case Kind.CRAM:
    case Kind.FASTQ:
      return [DataClass.READS];
    case Kind.DICOM_STUDY:
      return [DataClass.IMAGES];
    default:
      return policy.dataClasses;
  }
}

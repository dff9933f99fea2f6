import { type Bytes, utf8, wipe } from "../../core/bytes";
import {
  deliveryIdentity,
  patientIdentity,
  pseudonymKey,
  readerSeed,
  recipientOf,
  rootSecret,
} from "../../core/derive";
import { openHeader, openWith, registered } from "../../core/envelope/header";
import { encodeRelease, type Release, releasedIdentity } from "../../core/envelope/release";
import type { Facet } from "../../core/facet/codebook";
import { encodeOpening, facetsRoot, facetTree } from "../../core/facet/tree";
import { Fault } from "../../core/fault";
import { join, type Part, verifyPart } from "../../core/gate";
import { Key } from "../../core/threshold/key";
import { SeatSecret } from "../../core/threshold/seat";
import type { Facts, Released } from "../sealer";

/** How a file of age begins. */
const ageMark = utf8("age-encryption.org/");

/** The facets of a version: the root for the chain, the opening for the attestor. */
export interface FacetPapers {
  readonly root: Bytes;
  readonly opening: Bytes;
}

/**
 * What the sealer gets of the vault, over a channel that the page has no end of: what one file needs, and no key of the
 * wallet. A file key opens one file.
 */
export class Peer {
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#seed = seed;
  }

  /** The key by which names and dates of a dataset are replaced. */
  pseudonymKey(datasetId: string): Bytes {
    return this.#withRoot((root) => pseudonymKey(root, datasetId));
  }

  /** The patient's own recipient of a dataset. */
  patientRecipient(datasetId: string): Promise<string> {
    return recipientOf(patientIdentity(this.#seed, datasetId));
  }

  /** The tree of a version's facets. */
  facets(datasetId: string, version: bigint, facets: readonly Facet[]): FacetPapers {
    return this.#withRoot((root) => {
      const opening = facetTree(root, datasetId, version, facets);
      return { root: facetsRoot(opening), opening: encodeOpening(opening) };
    });
  }

  /** The file key of the patient's own file, if its header is what the chain registered. */
  unwrapOwn(header: Uint8Array, facts: Facts): Promise<Bytes> {
    return openHeader(header, registered(facts), patientIdentity(this.#seed, facts.datasetId));
  }

  /** The file key of a released file, if its header is what the chain registered. */
  async unwrapReleased(header: Uint8Array, released: Released): Promise<Bytes> {
    const release = await this.#release(released);
    try {
      return await openHeader(header, releasedIdentity(release, released.facts));
    } finally {
      wipe(release.half);
    }
  }

  /** Opens the facets that an owner sealed to the delivery key of an inspection; what is in plain comes back as it is. */
  async facetsOf(requestId: string, paper: Uint8Array): Promise<Bytes> {
    const sealed = ageMark.every((byte, i) => paper[i] === byte);
    return sealed ? openWith(deliveryIdentity(this.#seed, requestId), paper) : Uint8Array.from(paper);
  }

  /** The key of a released file as an identity of `age-plugin-volens`. */
  async identity(released: Released): Promise<string> {
    const release = await this.#release(released);
    const text = encodeRelease(release);
    wipe(release.half);
    return text;
  }

  async #release(r: Released): Promise<Release> {
    const key = new Key(r.key.originChain, r.key.keyId, r.key.y);
    const seed = readerSeed(this.#seed);
    const seat = SeatSecret.derive(key, seed, r.liveChain, r.requestId, r.seat);
    wipe(seed);
    return { key, datasetId: r.facts.datasetId, seat, s: r.s, half: await this.#half(r) };
  }

  // half joins the gateways' parts; each is checked against what the chain registered.
  async #half(r: Released): Promise<Bytes> {
    const identity = deliveryIdentity(this.#seed, r.requestId);
    const parts: Part[] = [];
    for (const { place, sealed } of r.parts) {
      const commitment = r.commitments[place];
      if (commitment === undefined) throw new Fault("usage", "bad-part");
      const part = { index: place + 1, bytes: await openWith(identity, sealed) };
      verifyPart(r.facts.datasetId, r.version, part, commitment);
      parts.push(part);
    }
    const half = join(r.threshold, parts);
    for (const part of parts) wipe(part.bytes);
    return half;
  }

  #withRoot<T>(use: (root: Bytes) => T): T {
    const root = rootSecret(this.#seed);
    try {
      return use(root);
    } finally {
      wipe(root);
    }
  }
}

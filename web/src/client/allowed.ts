/** What a patient allows, as everybody who looks at her dataset asks the chain. */
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import type { Consent } from "../gen/volens/consent/v1/consent_pb";
import { Query as ConsentQuery } from "../gen/volens/consent/v1/query_pb";
import { orAbsent } from "./committee";

/** The latest version of a dataset's consent, by the node's word; undefined if there never was one. */
export async function latestConsent(node: Node, datasetId: string): Promise<Consent | undefined> {
  const found = await orAbsent(ask(node, ConsentQuery.method.consent, { datasetId }));
  // One that leaves it out says that there is none: where that matters it is proven.
  return found?.consent && mustBe(found.consent, { datasetId });
}

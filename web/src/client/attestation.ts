/** What was vouched for of a dataset's version, as everybody who looks at it asks the chain. */
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { type Challenge, ChallengeState, type Deidentification } from "../gen/volens/attestation/v1/attestation_pb";
import { Query as AttestationQuery } from "../gen/volens/attestation/v1/query_pb";
import { orAbsent } from "./committee";

/** The statement about a version, revoked or not, and the latest challenge of it; undefined where there never was one. */
export interface Attested {
  readonly statement: Deidentification | undefined;
  readonly challenge: Challenge | undefined;
}

/** What was stated about a version of a dataset, by the node's word. */
export async function attestationOf(node: Node, datasetId: string, version: bigint): Promise<Attested> {
  const answer = await orAbsent(ask(node, AttestationQuery.method.deidentification, { datasetId, version }));
  const [statement, challenge] = [answer?.deidentification, answer?.challenge];
  return {
    statement: statement && mustBe(statement, { datasetId, version }),
    challenge: challenge && mustBe(challenge, { datasetId, version }),
  };
}

/** Whether a challenge waits for a decision. */
export function undecided(challenge: Challenge | undefined): boolean {
  return challenge?.state === ChallengeState.OPEN || challenge?.state === ChallengeState.CONFIRMED;
}

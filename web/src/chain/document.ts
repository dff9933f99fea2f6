import { toBase64, toHex } from "../core/bytes";
import { JsonReader } from "../core/json";
import type { LightBlock } from "../core/light";
import type { Proof } from "./proof";

/** A proof in the JSON form that Go's `chain.ParseProof` reads, so that anybody can check it offline. */
export function proofDocument(proof: Proof): object {
  return {
    chain_id: proof.chainId,
    height: Number(proof.height),
    store: proof.store,
    key: toHex(proof.key),
    value: proof.value === undefined ? null : toHex(proof.value),
    steps: proof.steps.map(toBase64),
  };
}

/** A header in the JSON form that Go's `chain.ParseHeader` reads: CometBFT's of a light block. */
export function headerDocument(block: LightBlock): object {
  const signed = new JsonReader(block.told.commit, "bad-header", "integrity").object("signed_header");
  const proposer = signed.object("header").text("proposer_address");
  const validators = block.told.validators.map((told) => {
    const { address, pub_key, voting_power, proposer_priority } = told as Record<string, unknown>;
    return { address, pub_key, voting_power, proposer_priority };
  });
  return {
    signed_header: { header: signed.value("header"), commit: signed.value("commit") },
    validator_set: { validators, proposer: validators.find(({ address }) => address === proposer) ?? validators[0] },
  };
}

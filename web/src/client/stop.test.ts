import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it, vi } from "vitest";
import { Node } from "../chain/node";
import type { Proven } from "../chain/proof";
import { nodeDouble, valueAnswer } from "../chain/testing/server";
import { encodeAddress } from "../core/address";
import { bigEndian, toHex } from "../core/bytes";
import { Fault } from "../core/fault";
import { consentKey, latestConsentKey } from "../core/statekeys";
import { ConsentSchema, Status } from "../gen/volens/consent/v1/consent_pb";
import { QueryConsentResponseSchema } from "../gen/volens/consent/v1/query_pb";
import { MsgRevokeConsentSchema } from "../gen/volens/consent/v1/tx_pb";
import { DatasetSchema } from "../gen/volens/dataset/v1/dataset_pb";
import { allowedNow, stop } from "./consent";
import type { Person } from "./person";
import type { Prover } from "./prover";

const id = "0a".repeat(16);
const owner = encodeAddress(new Uint8Array(20).fill(1));
const dataset = create(DatasetSchema, { id, owner });
const consent = (version: bigint, status: Status) => create(ConsentSchema, { datasetId: id, owner, version, status });

interface Chain {
  /** What the node says of the consent. */
  readonly told: Status;
  /** What the state holds after each look, the last one from then on. */
  readonly states: readonly (readonly [height: bigint, status: Status, version?: bigint])[];
  readonly fault?: Fault;
}

/** A person whose node says one thing, and whose proofs another. */
function person({ told: said, states, fault }: Chain) {
  const { fetch } = nodeDouble(() =>
    valueAnswer(
      toBinary(QueryConsentResponseSchema, create(QueryConsentResponseSchema, { consent: consent(3n, said) })),
    ),
  );
  const sent: bigint[] = [];
  let look = 0;
  const prove: Prover = async ([key]) => {
    if (fault) throw fault;
    const [height, status, told = status === Status.INACTIVE ? 4n : 3n] =
      states[Math.min(look, states.length - 1)] ?? ([0n, Status.UNSPECIFIED] as const);
    const latest = toHex(key?.key ?? new Uint8Array()) === toHex(latestConsentKey(id).key);
    if (!latest) {
      look++;
      expect(key).toEqual(consentKey(id, told));
    }
    const value = latest ? bigEndian(told, 8) : toBinary(ConsentSchema, consent(told, status));
    return [{ ...key, height, value } as Partial<Proven> as Proven];
  };
  const made = {
    node: new Node({ fetch }),
    prove,
    vault: { accounts: async () => [{ address: owner }] },
    send: async (_: string, [message]: readonly { $typeName: string }[]) => {
      expect(message?.$typeName).toBe(MsgRevokeConsentSchema.typeName);
      const { version } = fromBinary(
        MsgRevokeConsentSchema,
        toBinary(MsgRevokeConsentSchema, message as ReturnType<typeof create<typeof MsgRevokeConsentSchema>>),
      );
      sent.push(version);
      return { hash: "ab", height: 7n };
    },
  };
  return { person: made as unknown as Person, sent };
}

describe("a stop", () => {
  it("is done when it is proven, a block or more later", async () => {
    const { person: she, sent } = person({
      told: Status.ACTIVE,
      states: [
        [6n, Status.ACTIVE],
        [7n, Status.INACTIVE],
      ],
    });
    expect(await stop(she, dataset)).toEqual({ hash: "ab", height: 7n });
    expect(sent).toEqual([3n]);
  });

  it("is not believed while the chain still holds the consent", async () => {
    const { person: she } = person({ told: Status.ACTIVE, states: [[7n, Status.ACTIVE]] });
    await expect(stop(she, dataset)).rejects.toMatchObject({ kind: "integrity", code: "stop-unproven" });
  });

  it("is not believed by a state from before the sharing, whatever block the node names", async () => {
    for (const version of [2n, 3n]) {
      const { person: she } = person({ told: Status.ACTIVE, states: [[7n, Status.INACTIVE, version]] });
      await expect(stop(she, dataset)).rejects.toMatchObject({ kind: "integrity", code: "stop-unproven" });
    }
  });

  it("is not believed without a proof", async () => {
    const fault = new Fault("integrity", "bad-proof");
    const { person: she, sent } = person({ told: Status.ACTIVE, states: [], fault });
    await expect(stop(she, dataset)).rejects.toMatchObject({ kind: "unavailable", code: "stop-unproven" });
    expect(sent).toEqual([3n]);
  });

  it("goes ahead against a node that says that nothing is shared", async () => {
    const { person: she, sent } = person({
      told: Status.INACTIVE,
      states: [
        [6n, Status.ACTIVE],
        [7n, Status.INACTIVE],
      ],
    });
    await stop(she, dataset);
    expect(sent).toEqual([3n]);
  });

  it("is refused when nothing is shared", async () => {
    const { person: she, sent } = person({ told: Status.INACTIVE, states: [[6n, Status.INACTIVE]] });
    await expect(stop(she, dataset)).rejects.toMatchObject({ kind: "refused", code: "consent-not-active" });
    expect(sent).toEqual([]);
  });
});

describe("what is shared now", () => {
  const states = [
    [6n, Status.ACTIVE],
    [6n, Status.ACTIVE],
    [7n, Status.INACTIVE],
  ] as const;

  it("waits for the version that the node told of", async () => {
    const { prove } = person({ told: Status.INACTIVE, states }).person;
    expect((await allowedNow(prove, id, 4n))?.status).toBe(Status.INACTIVE);
  });

  it("is the chain's own word where that version does not come", async () => {
    vi.useFakeTimers();
    try {
      const { prove } = person({ told: Status.INACTIVE, states: states.slice(0, 1) }).person;
      const found = allowedNow(prove, id, 4n);
      await vi.runAllTimersAsync();
      expect((await found)?.status).toBe(Status.ACTIVE);
    } finally {
      vi.useRealTimers();
    }
  });
});

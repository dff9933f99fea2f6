import { expect, it } from "vitest";
import type { Desk } from "./desk";
import { challenge, depositBond, isBaseUrl, updateGateway, withdrawBond } from "./standing";

const coin = { amount: "5", denom: "uusd" };

function desk() {
  const sent: unknown[] = [];
  const send = async (messages: unknown[]) => {
    sent.push(...messages);
    return { hash: "", height: 1n };
  };
  return { sent, desk: { address: "volens1me", send } as unknown as Desk };
}

it("an organisation's own messages are by its address", async () => {
  const { sent, desk: me } = desk();
  const gateway = { baseUrl: "https://g.example", recipient: "age1pq1x", termsSha256: "ab".repeat(32) };
  await depositBond(me, coin);
  await withdrawBond(me, coin);
  await updateGateway(me, gateway);
  await challenge(me, { datasetId: "0a".repeat(16), version: 2n }, "cd".repeat(32), coin);
  expect(sent).toMatchObject([
    { $typeName: "volens.attestation.v1.MsgDepositBond", organisation: "volens1me", amount: coin },
    { $typeName: "volens.attestation.v1.MsgWithdrawBond", organisation: "volens1me", amount: coin },
    { organisation: "volens1me", gateway: { ...gateway, termsSha256: new Uint8Array(32).fill(0xab) } },
    { challenger: "volens1me", version: 2n, evidenceSha256: new Uint8Array(32).fill(0xcd), bond: coin },
  ]);
  const weak = { ...gateway, recipient: "age1x" };
  expect(() => updateGateway(me, weak)).toThrow(expect.objectContaining({ code: "classical-recipient" }));
});

it.each([
  ["https://gateway.example", true],
  ["http://localhost:8080", true],
  ["http://127.0.0.1:8080", true],
  ["http://gateway.example", false],
  ["ftp://gateway.example", false],
  ["gateway.example", false],
  ["", false],
  [`https://${"a".repeat(200)}.example`, false],
])("%s is an address of a gateway: %s", (text, right) => {
  expect(isBaseUrl(text)).toBe(right);
});

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { attestationTerms, depositBond, isBaseUrl, updateGateway, withdrawBond } from "../../client/standing";
import { toHex } from "../../core/bytes";
import type { GatewayInfo, Organisation } from "../../gen/volens/attestation/v1/attestation_pb";
import { Money } from "../../ui/Money";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { AmountInput } from "../shared/AmountInput";
import { unitName } from "../shared/amount";
import { EvidenceInput } from "../shared/EvidenceInput";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";

/** Adds to the bond of the organisation, and takes from what of it is free. */
export function Bond({ organisation }: { organisation: Organisation }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const [amount, setAmount] = useState("");
  const terms = useChain(["attestation-terms"], attestationTerms);
  const denom = organisation.bond?.denom ?? "";
  const free = BigInt(organisation.bond?.amount || "0") - BigInt(organisation.locked?.amount || "0");
  const done = () => setAmount("");
  const deposit = useAction(() => depositBond(desk, { amount, denom }), done);
  const withdraw = useAction(() => withdrawBond(desk, { amount, denom }), done);
  const least = terms.data?.organisationBond;
  const fault = deposit.fault ?? withdraw.fault;
  return (
    <Section title={t("bond.title")} lead={t("bond.lead")}>
      <Stack maw="44rem">
        <Text>
          {t("bond.free")} <Money amount={free} denom={denom} />
        </Text>
        {least && (
          <Text>
            {t("bond.least")} <Money amount={BigInt(least.amount || "0")} denom={least.denom} />
          </Text>
        )}
        <AmountInput
          label={t("bond.amount", { denom: unitName(denom) })}
          amount={amount}
          onChange={(next) => {
            deposit.reset();
            withdraw.reset();
            setAmount(next);
          }}
        />
        {fault && <Problem fault={fault} />}
        <Group>
          <Button disabled={amount === ""} loading={deposit.busy} onClick={() => deposit.run(undefined)}>
            {t("bond.deposit")}
          </Button>
          <Button
            variant="default"
            disabled={amount === "" || BigInt(amount) > free}
            loading={withdraw.busy}
            onClick={() => withdraw.run(undefined)}
          >
            {t("bond.withdraw")}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

/** Changes the address and the terms of the organisation's gateway. Its recipient stays: its key is in the gateway's own files. */
export function GatewayForm({ gateway }: { gateway: GatewayInfo }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const [baseUrl, setBaseUrl] = useState(gateway.baseUrl);
  const [terms, setTerms] = useState(toHex(gateway.termsSha256));
  const update = useAction(() => updateGateway(desk, { baseUrl, recipient: gateway.recipient, termsSha256: terms }));
  const changed = baseUrl !== gateway.baseUrl || terms !== toHex(gateway.termsSha256);
  return (
    <Section title={t("gateway.title")} lead={t("gateway.lead")}>
      <Stack maw="44rem">
        <TextInput
          label={t("own.url")}
          value={baseUrl}
          onChange={(event) => setBaseUrl(event.currentTarget.value.trim())}
          error={!isBaseUrl(baseUrl) && t("gateway.notUrl")}
          inputMode="url"
          required
        />
        <EvidenceInput label={t("gateway.terms")} digest={terms} onDigest={setTerms} />
        {update.fault && <Problem fault={update.fault} />}
        {update.result && <Text role="status">{t("gateway.done", { height: update.result.height })}</Text>}
        <Button
          disabled={!changed || !isBaseUrl(baseUrl)}
          loading={update.busy}
          onClick={() => update.run(undefined)}
          style={{ alignSelf: "flex-start" }}
        >
          {t("gateway.button")}
        </Button>
      </Stack>
    </Section>
  );
}

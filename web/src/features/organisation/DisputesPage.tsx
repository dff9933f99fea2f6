import { Button, Card, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { undecided } from "../../client/attestation";
import { attestationTerms, challenge, confirmChallenge, type Vouched, vouchedFor } from "../../client/standing";
import { toHex } from "../../core/bytes";
import { isId } from "../../core/ids";
import { ChallengeState, Role } from "../../gen/volens/attestation/v1/attestation_pb";
import { DefinitionList } from "../../ui/DefinitionList";
import { Address, Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { AmountInput } from "../shared/AmountInput";
import { unitName } from "../shared/amount";
import { EvidenceInput } from "../shared/EvidenceInput";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";
import { useChecked } from "../shared/useChecked";
import { Arbiter } from "./Arbiter";
import { NeedsRole } from "./NeedsRole";

const disputesSearch = z.object({ dataset: z.string().optional().catch(undefined) });

/** Challenges of attestations, and disputed answers of gateways. */
export default function DisputesPage() {
  const { t } = useTranslation("organisation");
  const { dataset = "" } = useChecked(disputesSearch);
  const [id, setId] = useState(dataset);
  return (
    <Page title={t("disputes.title")} lead={t("disputes.lead")} back="/organisation">
      <Stack gap="xl">
        <Section title={t("challenge.title")} lead={t("challenge.lead")}>
          <Stack maw="44rem">
            <TextInput
              label={t("challenge.dataset")}
              value={id}
              onChange={(event) => setId(event.currentTarget.value.trim().toLowerCase())}
              error={id !== "" && !isId(id) && t("challenge.notId")}
              autoComplete="off"
              spellCheck={false}
            />
            {isId(id) && <Looked key={id} id={id} />}
          </Stack>
        </Section>
        <Section title={t("arbiter.title")} lead={t("arbiter.lead")}>
          <NeedsRole roles={[Role.ARBITER]}>
            <Arbiter />
          </NeedsRole>
        </Section>
      </Stack>
    </Page>
  );
}

function Looked({ id }: { id: string }) {
  const { t } = useTranslation("organisation");
  const query = useChain(["vouched", id], (node) => vouchedFor(node, id));
  return (
    <Loaded query={query}>
      {(found) =>
        found.statement ? (
          <Stack>
            <Stated found={found} />
            {undecided(found.challenge) ? <Confirm found={found} /> : <Challenge found={found} />}
          </Stack>
        ) : (
          <Text>{t("challenge.none")}</Text>
        )
      }
    </Loaded>
  );
}

function Stated({ found: { statement, challenge: open, version } }: { found: Vouched }) {
  const { t } = useTranslation("organisation");
  return (
    <Card>
      <DefinitionList
        items={[
          [t("inspections.version"), version.toString()],
          [t("challenge.attestor"), <Address key="attestor" value={statement?.attestor ?? ""} />],
          [t("own.status"), t(`challenge.state.${ChallengeState[open?.state ?? ChallengeState.UNSPECIFIED]}`)],
          ...(open
            ? [
                [t("challenge.by"), <Address key="by" value={open.challenger} />] as const,
                [t("challenge.evidence"), <Digest key="evidence" value={toHex(open.evidenceSha256)} />] as const,
                [t("challenge.until"), <When key="until" height={open.freezeUntil} />] as const,
              ]
            : []),
        ]}
      />
    </Card>
  );
}

/** Anybody who knows that names are left in the data may say so, against money that is lost when it is not true. */
function Challenge({ found }: { found: Vouched }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const terms = useChain(["attestation-terms"], attestationTerms);
  const [evidence, setEvidence] = useState("");
  const [amount, setAmount] = useState("");
  const floor = terms.data?.challengeBond;
  const denom = floor?.denom ?? "";
  const act = useAction(() => challenge(desk, found, evidence, { amount, denom }));
  return (
    <Stack>
      <EvidenceInput label={t("challenge.evidence")} digest={evidence} onDigest={setEvidence} />
      {floor && (
        <Text>
          {t("challenge.least")} <Money amount={BigInt(floor.amount || "0")} denom={denom} />
        </Text>
      )}
      <AmountInput
        label={t("challenge.bond", { denom: unitName(denom) })}
        description={t("challenge.bondHint")}
        amount={amount}
        onChange={setAmount}
      />
      {act.fault && <Problem fault={act.fault} />}
      <Button
        disabled={evidence === "" || amount === "" || !floor}
        loading={act.busy}
        onClick={() => act.run(undefined)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("challenge.button")}
      </Button>
    </Stack>
  );
}

function Confirm({ found }: { found: Vouched }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const { challenge: open } = found;
  const act = useAction((one: NonNullable<typeof open>) => confirmChallenge(desk, one));
  if (open?.state !== ChallengeState.OPEN) return <Text>{t("challenge.waits")}</Text>;
  return (
    <NeedsRole roles={[Role.ETHICS]}>
      <Text>{t("challenge.confirmText")}</Text>
      {act.fault && <Problem fault={act.fault} />}
      <Button loading={act.busy} onClick={() => act.run(open)} style={{ alignSelf: "flex-start" }}>
        {t("challenge.confirm")}
      </Button>
    </NeedsRole>
  );
}

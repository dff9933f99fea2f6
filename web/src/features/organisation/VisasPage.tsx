import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { issueVisa, revokeVisa, visasBy } from "../../client/organisations";
import { isAddress } from "../../core/address";
import { Role, type Visa } from "../../gen/volens/attestation/v1/attestation_pb";
import { RecipientClass } from "../../gen/volens/consent/v1/duo_pb";
import { DataTable } from "../../ui/DataTable";
import { Address } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";
import { useNow } from "../shared/useHeight";
import { ExpirySelect, inMonths } from "./ExpirySelect";
import { NeedsRole } from "./NeedsRole";
import { Standing } from "./Standing";

/** The researchers for whom an institution vouches. */
export default function VisasPage() {
  const { t } = useTranslation("organisation");
  return (
    <Page title={t("visas.title")} lead={t("visas.lead")} wide>
      <NeedsRole roles={[Role.INSTITUTION]}>
        <Issued />
        <Issue />
      </NeedsRole>
    </Page>
  );
}

function Issued() {
  const { t } = useTranslation("organisation");
  const { address } = useDesk();
  const query = useChain(["visas-by", address], (node) => visasBy(node, address));
  return (
    <Section title={t("visas.issued")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t("visas.none")}</Text>
          ) : (
            <DataTable
              label={t("visas.issued")}
              rows={all}
              id={({ researcher }) => researcher}
              columns={[
                { key: "who", title: t("visas.researcher"), cell: ({ researcher }) => <Address value={researcher} /> },
                {
                  key: "class",
                  title: t("visas.class"),
                  cell: ({ recipientClass }) => t(`party.${RecipientClass[recipientClass]}`),
                },
                { key: "state", title: t("own.status"), cell: (visa) => <Standing statement={visa} /> },
                { key: "revoke", title: t("standing.end"), cell: (visa) => <Revoke visa={visa} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function Revoke({ visa }: { visa: Visa }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const revoke = useAction(() => revokeVisa(desk, visa.researcher));
  if (visa.revoked) return <>{t("none")}</>;
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={revoke.busy} onClick={() => revoke.run(undefined)}>
        {t("standing.revoke")}
      </Button>
      {revoke.fault && <Problem fault={revoke.fault} />}
    </Stack>
  );
}

const classes = Object.keys(RecipientClass)
  .map(Number)
  .filter((value) => value > 0) as RecipientClass[];

function Issue() {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const now = useNow();
  const [researcher, setResearcher] = useState("");
  const [recipientClass, setClass] = useState<RecipientClass>();
  const [months, setMonths] = useState(12);
  const issue = useAction(
    (chosen: RecipientClass) => issueVisa(desk, { researcher, recipientClass: chosen, expiry: inMonths(now, months) }),
    () => setResearcher(""),
  );
  return (
    <Section title={t("visas.issue")} lead={t("visas.issueLead")}>
      <Stack maw="44rem">
        <TextInput
          label={t("visas.researcher")}
          description={t("visas.researcherHint")}
          value={researcher}
          onChange={(event) => setResearcher(event.currentTarget.value.trim())}
          error={researcher !== "" && !isAddress(researcher) && t("visas.notAddress")}
          required
        />
        <Select
          label={t("visas.class")}
          data={classes.map((value) => ({ value: String(value), label: t(`party.${RecipientClass[value]}`) }))}
          value={recipientClass === undefined ? null : String(recipientClass)}
          onChange={(value) => setClass(value === null ? undefined : (Number(value) as RecipientClass))}
          size="md"
          required
        />
        <ExpirySelect months={months} onChange={setMonths} />
        {issue.fault && <Problem fault={issue.fault} />}
        {issue.result && <Text role="status">{t("visas.done", { height: issue.result.height })}</Text>}
        <Button
          disabled={!isAddress(researcher) || recipientClass === undefined}
          loading={issue.busy}
          onClick={() => recipientClass !== undefined && issue.run(recipientClass)}
          style={{ alignSelf: "flex-start" }}
        >
          {t("visas.button")}
        </Button>
      </Stack>
    </Section>
  );
}

import { Card, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RequestDraft } from "../../client/requestdraft";
import { DataTable } from "../../ui/DataTable";
import { count } from "../../ui/format";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { Waiting } from "../../ui/Waiting";
import type { Suits } from "./catalogue";
import { useOffers } from "./useOffers";
import { useReason } from "./useReason";
import { useSuitsOf } from "./useSuits";

/** How many datasets the rules allow to ask, and why not the others. What a patient will say, nobody knows. */
export function Matches({ draft }: { draft: RequestDraft }) {
  const { t, i18n } = useTranslation("researcher");
  const { offers, reading, fault, again } = useOffers();
  const suits = useSuitsOf(draft, offers);
  const tally = useMemo(() => tallied([...(suits.data?.values() ?? [])]), [suits.data]);
  const problem = fault ?? suits.fault;
  return (
    <Section title={t("match.title")} lead={t("match.lead")}>
      {problem ? (
        <Problem fault={problem} again={fault ? again : suits.again} />
      ) : reading || !suits.data ? (
        <Waiting text={t("match.looking", { count: offers.length })} />
      ) : (
        <Stack>
          <Stats
            items={[
              { label: t("verdict.ALLOW"), value: count(tally.ALLOW, i18n.language) },
              { label: t("verdict.REFER"), value: count(tally.REFER, i18n.language) },
              { label: t("verdict.DENY"), value: count(tally.DENY, i18n.language) },
            ]}
          />
          {tally.reasons.length > 0 && <Reasons reasons={tally.reasons} />}
        </Stack>
      )}
    </Section>
  );
}

function Reasons({ reasons }: { reasons: readonly (readonly [string, number])[] }) {
  const { t, i18n } = useTranslation("researcher");
  const words = useReason();
  return (
    <Card padding="md">
      <Text fw={600} mb="xs">
        {t("match.reasons")}
      </Text>
      <DataTable
        label={t("match.reasons")}
        rows={reasons}
        id={([reason]) => reason}
        columns={[
          {
            key: "reason",
            title: t("match.reason"),
            cell: ([reason]) => words(reason),
          },
          { key: "count", title: t("figure.count"), cell: ([, many]) => count(many, i18n.language), end: true },
        ]}
      />
    </Card>
  );
}

function tallied(all: readonly Suits[]) {
  const tally = { ALLOW: 0, REFER: 0, DENY: 0 };
  const reasons = new Map<string, number>();
  for (const { verdict, reasons: why } of all) {
    tally[verdict]++;
    if (verdict === "DENY") for (const reason of why) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return { ...tally, reasons: [...reasons].sort(([, a], [, b]) => b - a) };
}

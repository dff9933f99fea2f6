import { Stack } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RequestDraft } from "../../client/requestdraft";
import { count } from "../../ui/format";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { Waiting } from "../../ui/Waiting";
import { Reasons, tallied } from "./Reasons";
import { useOffers } from "./useOffers";
import { useSuitsOf } from "./useSuits";

/** How many datasets the rules allow to ask, and why not the others. What a patient will say, nobody knows. */
export function Matches({ draft }: { draft: RequestDraft }) {
  const { t, i18n } = useTranslation("researcher");
  const { offers, reading, fault, again } = useOffers();
  const suits = useSuitsOf(draft, offers);
  const tally = useMemo(() => tallied(suits.data?.values() ?? []), [suits.data]);
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
          <Reasons reasons={tally.reasons} />
        </Stack>
      )}
    </Section>
  );
}

import { Card } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Section } from "../../../ui/Section";
import { When } from "../../../ui/When";
import { useLive } from "../../shared/useHeight";

/** Which network this page speaks to, and where it stands. */
export function About() {
  const { t } = useTranslation("patient");
  const { status } = useLive();
  return (
    <Section title={t("settings.about.title")} lead={t("settings.about.lead")}>
      <Card>
        <DefinitionList
          items={[
            [t("settings.about.chain"), status?.chainId ?? t("settings.about.silent")],
            [
              t("settings.about.height"),
              <When key="height" height={status?.height} time={status && new Date(status.time)} />,
            ],
            [t("settings.about.origin"), location.origin],
          ]}
        />
      </Card>
    </Section>
  );
}

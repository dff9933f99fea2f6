import { Card } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { toHex } from "../../../core/bytes";
import { AIUse, DataClass, Purpose, ResearchType, SensitiveTopic } from "../../../gen/volens/consent/v1/duo_pb";
import type { Request } from "../../../gen/volens/market/v1/market_pb";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Address, Digest } from "../../../ui/Id";
import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Section";

/** What was asked for, as it stands on the chain. */
export function Spec({ request }: { request: Request }) {
  const { t } = useTranslation("researcher");
  const { spec } = request;
  const use = spec?.use;
  if (!spec || !use) return null;
  const words = (values: readonly string[]) => (values.length === 0 ? t("none") : values.join(", "));
  const { promises } = use;
  const kept = (["noReidentification", "noLinkage", "publish", "returnResults"] as const).filter(
    (name) => promises?.[name],
  );
  return (
    <Section title={t("spec.title")} lead={t("spec.lead")}>
      <Card>
        <DefinitionList
          items={[
            [
              t("spec.purposes"),
              words(
                use.purposes.map(({ purpose, diseases }) => [t(`purpose.${Purpose[purpose]}`), ...diseases].join(", ")),
              ),
            ],
            [t("purpose.classes"), words(use.dataClasses.map((value) => t(`class.${DataClass[value]}`)))],
            [t("purpose.types"), words(use.researchTypes.map((value) => t(`research.${ResearchType[value]}`)))],
            [t("purpose.topics"), words(use.topics.map((value) => t(`topic.${SensitiveTopic[value]}`)))],
            [t("purpose.ai"), t(`ai.${AIUse[use.ai]}`)],
            [t("purpose.commercial"), t(`purpose.commercialIs.${use.commercial ? "yes" : "no"}`)],
            [t("promise.label"), words(kept.map((name) => t(`promise.${name}`)))],
            [t("parties.organisation"), <Address key="organisation" value={use.organisation} />],
            [t("parties.owner"), <Address key="owner" value={use.beneficialOwner} />],
            [t("parties.site"), use.siteCountry],
            [t("parties.compute"), use.computeCountry],
            [t("purpose.duration"), use.durationMonths.toString()],
            [t("approval.protocol"), <Digest key="protocol" value={toHex(use.protocolSha256)} />],
            [
              t("field.price"),
              spec.price ? (
                <Money key="price" amount={BigInt(spec.price.amount)} denom={spec.price.denom} />
              ) : (
                t("none")
              ),
            ],
            [t("field.seats"), t("spec.seats", { least: spec.nMin, most: spec.nMax })],
          ]}
        />
      </Card>
    </Section>
  );
}

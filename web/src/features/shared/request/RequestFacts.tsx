import { Card, List, Stack, Text, Title } from "@mantine/core";
import {
  IconArrowBackUp,
  IconBuildingHospital,
  IconCalendarTime,
  IconCoins,
  IconEye,
  IconEyeOff,
  IconTarget,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AIUse, type Use } from "../../../gen/volens/consent/v1/duo_pb";
import type { Request } from "../../../gen/volens/market/v1/market_pb";
import { count, money } from "../../../ui/format";
import { Address } from "../../../ui/Id";
import { useWho } from "../Who";
import { useParties } from "./useParties";
import { usePurpose, useUseWords } from "./words";

/** What a request says of itself, in the fixed order, one card for each question. */
export function RequestFacts({ request }: { request: Request }) {
  const use = request.spec?.use;
  if (!use) return null;
  return (
    <Stack gap="md">
      <WhoAsks use={use} />
      <Why use={use} />
      <TheySee use={use} alone={request.spec?.noCohortProtection === true} />
      <TheyNever use={use} />
      <HowLong use={use} />
      <YouGet request={request} />
      <ChangeMind />
    </Stack>
  );
}

function Fact({ icon: Shape, title, children }: { icon: typeof IconEye; title: string; children: ReactNode }) {
  return (
    <Card component="section">
      <Stack gap="xs">
        <Title order={2} style={{ display: "flex", gap: 10, alignItems: "center" }}>
          <Shape size={24} stroke={1.6} aria-hidden style={{ flex: "none" }} />
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}

function WhoAsks({ use }: { use: Use }) {
  const { t } = useTranslation("patient");
  const who = useWho();
  const words = useUseWords();
  const { data } = useParties(use);
  return (
    <Fact icon={IconBuildingHospital} title={t("request.who.title")}>
      <Text fw={600}>{who(data?.organisation)}</Text>
      <Text component="div" c="dimmed">
        <Address value={use.organisation} />
      </Text>
      {data?.owner && <Text>{t("request.who.owner", { who: who(data.owner) })}</Text>}
      <Text>{t("request.who.people", { count: use.recipients.length })}</Text>
      <Text>{t(use.commercial ? "request.who.commercial" : "request.who.notCommercial")}</Text>
      {use.siteCountry && <Text>{t("request.who.place", { country: words.country(use.siteCountry) })}</Text>}
    </Fact>
  );
}

function Why({ use }: { use: Use }) {
  const { t } = useTranslation("patient");
  const purpose = usePurpose();
  const words = useUseWords();
  const diseases = use.purposes.flatMap((one) => one.diseases).map(words.disease);
  const topics = words.topics(use.topics);
  return (
    <Fact icon={IconTarget} title={t("request.why.title")}>
      <Text>{purpose(use)}</Text>
      {diseases.length > 0 && <Text>{t("request.why.diseases", { diseases: words.list(diseases) })}</Text>}
      {topics.length > 0 && <Text>{t("request.why.topics", { topics: words.list(topics) })}</Text>}
      <Text>{words.ai(use.ai)}</Text>
    </Fact>
  );
}

function TheySee({ use, alone }: { use: Use; alone: boolean }) {
  const { t } = useTranslation("patient");
  const words = useUseWords();
  return (
    <Fact icon={IconEye} title={t("request.see.title")}>
      <List spacing={4}>
        {words.dataClasses(use.dataClasses).map((name) => (
          <List.Item key={name}>{name}</List.Item>
        ))}
      </List>
      <Text>{t("request.see.clean")}</Text>
      {alone && <Text fw={600}>{t("request.see.alone")}</Text>}
    </Fact>
  );
}

function TheyNever({ use }: { use: Use }) {
  const { t } = useTranslation("patient");
  return (
    <Fact icon={IconEyeOff} title={t("request.never.title")}>
      <List spacing={4}>
        <List.Item>{t("request.never.name")}</List.Item>
        <List.Item>{t("request.never.other")}</List.Item>
        {use.promises?.noReidentification && <List.Item>{t("request.never.find")}</List.Item>}
        {use.promises?.noLinkage && <List.Item>{t("request.never.link")}</List.Item>}
        {use.ai === AIUse.AI_USE_NONE && <List.Item>{t("request.never.ai")}</List.Item>}
      </List>
    </Fact>
  );
}

function HowLong({ use }: { use: Use }) {
  const { t } = useTranslation("patient");
  return (
    <Fact icon={IconCalendarTime} title={t("request.long.title")}>
      <Text>
        {use.durationMonths > 0 ? t("request.long.months", { count: use.durationMonths }) : t("request.long.open")}
      </Text>
      <Text>{t("request.long.promise")}</Text>
    </Fact>
  );
}

function YouGet({ request }: { request: Request }) {
  const { t, i18n } = useTranslation("patient");
  const { spec } = request;
  const price = spec?.price;
  const amount = price ? BigInt(price.amount) : 0n;
  return (
    <Fact icon={IconCoins} title={t("request.get.title")}>
      {price && amount > 0n ? (
        <>
          <Text>
            {t("request.get.range", {
              most: money(amount, price.denom, i18n.language),
              none: money(0n, price.denom, i18n.language),
            })}
          </Text>
          <Text>{t("request.get.when")}</Text>
        </>
      ) : (
        <Text>{t("request.get.none")}</Text>
      )}
      {spec && (
        <Text>
          {spec.nMin === spec.nMax
            ? t("request.get.exactly", { count: spec.nMax })
            : t("request.get.people", {
                least: count(spec.nMin, i18n.language),
                most: count(spec.nMax, i18n.language),
              })}
        </Text>
      )}
      {spec?.use?.promises?.returnResults && <Text>{t("request.get.results")}</Text>}
    </Fact>
  );
}

function ChangeMind() {
  const { t } = useTranslation("patient");
  return (
    <Fact icon={IconArrowBackUp} title={t("request.change.title")}>
      <Text>{t("request.change.can")}</Text>
      <Text>{t("request.change.cannot")}</Text>
      <Text>{t("request.change.free")}</Text>
    </Fact>
  );
}

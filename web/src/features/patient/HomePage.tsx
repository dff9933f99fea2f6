import { Alert, Button, Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconCirclePlus, IconKey, IconSend, IconShieldHeart } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetView, type Standing, standing } from "../../client/dataset";
import { paid, payments } from "../../client/earnings";
import { Empty } from "../../ui/Empty";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Loaded } from "../shared/Loaded";
import { useSession, useVault } from "../shared/session";
import { useChain } from "../shared/useChain";
import { useNow } from "../shared/useHeight";
import { KindIcon, useKindName } from "./Kind";
import { LinkCard } from "./LinkCard";
import { OpenRequests } from "./requests/OpenRequests";
import { useAddresses, useDatasets } from "./useOwn";

/** What waits, what is shared, what was earned. */
export default function HomePage() {
  const { t } = useTranslation("patient");
  const state = useVault();
  const query = useDatasets();
  const now = useNow();
  return (
    <Page
      title={t("home.title")}
      action={
        <Button component={Link} to="/data/add" leftSection={<IconCirclePlus size={22} aria-hidden />}>
          {t("home.add")}
        </Button>
      }
    >
      {state.status === "open" && !state.backedUp && <Backup />}
      <Unfinished />
      <Loaded query={query}>
        {(views) =>
          views.length === 0 ? (
            <Empty
              icon={IconShieldHeart}
              title={t("home.empty.title")}
              text={t("home.empty.text")}
              action={
                <Button component={Link} to="/data/add" size="lg">
                  {t("home.empty.action")}
                </Button>
              }
            />
          ) : (
            <Stack gap="xl">
              <Section title={t("home.waiting")}>
                <Tasks views={views} now={now} />
                <OpenRequests views={views} />
              </Section>
              <Figures views={views} now={now} />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Words that were not written down are the first thing to do. */
function Backup() {
  const { t } = useTranslation("patient");
  return (
    <Alert color="yellow" icon={<IconKey aria-hidden />} title={t("home.backup.title")}>
      <Stack align="flex-start" gap="sm">
        <Text>{t("home.backup.text")}</Text>
        <Button component={Link} to="/welcome/words">
          {t("home.backup.action")}
        </Button>
      </Stack>
    </Alert>
  );
}

/** Sealed files that wait on this device, for instance after a reload. */
function Unfinished() {
  const { t } = useTranslation("patient");
  const { sealer } = useSession();
  const { data } = useQuery({ queryKey: ["sealed"], queryFn: () => sealer.waiting() });
  if (!data || data.length === 0) return null;
  return (
    <LinkCard
      to="/data/send"
      icon={<IconSend size={28} stroke={1.5} aria-hidden />}
      title={t("home.unfinished.title")}
      text={t("home.unfinished.text", { count: data.length })}
    />
  );
}

/** What a dataset waits for from its owner. */
const tasks: Partial<Readonly<Record<Standing, string>>> = {
  unchecked: "check",
  refused: "check",
  ready: "share",
};

function Tasks({ views, now }: { views: readonly DatasetView[]; now: number }) {
  const { t } = useTranslation("patient");
  const kindName = useKindName();
  return views.map((view) => {
    const task = tasks[standing(view, now)];
    const { id, payload } = view.dataset;
    if (!task || !payload) return null;
    return (
      <LinkCard
        key={id}
        to={`/data/${id}/${task}`}
        icon={<KindIcon kind={payload.kind} />}
        title={t(`home.task.${task}.title`)}
        text={t(`home.task.${task}.text`, { kind: kindName(payload.kind) })}
      />
    );
  });
}

function Figures({ views, now }: { views: readonly DatasetView[]; now: number }) {
  const { t } = useTranslation("patient");
  const addresses = useAddresses() ?? [];
  const { data } = useChain(["payments", ...addresses], (node) => payments(node, addresses));
  const sharing = views.filter((view) => standing(view, now) === "sharing").length;
  const sums = data ? paid(data, "paid") : [];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Figure to="/data" title={t("home.sharing.title")}>
        {t("home.sharing.count", { count: sharing })}
      </Figure>
      <Figure to="/money" title={t("home.earned.title")}>
        {sums.length === 0
          ? t("home.earned.none")
          : sums.map((sum) => <Money key={sum.denom} amount={sum.amount} denom={sum.denom} />)}
      </Figure>
    </SimpleGrid>
  );
}

function Figure({ to, title, children }: { to: string; title: string; children: ReactNode }) {
  return (
    <Card component={Link} to={to} className="volens-link">
      <Group wrap="nowrap">
        <Stack gap={2}>
          <Text c="dimmed">{title}</Text>
          <Text component="div" fw={680} fz="1.4rem">
            {children}
          </Text>
        </Stack>
      </Group>
    </Card>
  );
}

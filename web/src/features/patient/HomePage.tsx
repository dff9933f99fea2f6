import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconCirclePlus, IconKey, IconSend, IconShieldHeart } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetView, type Standing, standing } from "../../client/dataset";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Loaded } from "../shared/Loaded";
import { useSession, useVault } from "../shared/session";
import { useNow } from "../shared/useHeight";
import { KindIcon, useKindName } from "./Kind";
import { LinkCard } from "./LinkCard";
import { useDatasets } from "./useOwn";

// What asks more of the chain comes a moment later, so that the screen is there at once.
const OpenRequests = lazy(() => import("./requests/OpenRequests"));
const Figures = lazy(() => import("./Figures"));

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
                <Suspense fallback={null}>
                  <OpenRequests views={views} />
                </Suspense>
              </Section>
              <Suspense fallback={null}>
                <Figures views={views} now={now} />
              </Suspense>
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

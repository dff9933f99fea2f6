import { Badge, Button, Group, Pagination, Stack, Text } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { openJobs, type ReleaseLine, releasePage, releases } from "../../client/network";
import { JobKind } from "../../gen/volens/custody/v1/custody_pb";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { count } from "../../ui/format";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { Waiting } from "../../ui/Waiting";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";
import { useChecked } from "../shared/useChecked";

const releasesSearch = z.object({ page: z.coerce.number().int().min(1).catch(1).default(1) });

const ReleaseChart = lazy(() => import("./ReleaseChart"));

/** What the committee opened, and how long each took. */
export default function ReleasesPage() {
  const { t } = useTranslation("operator");
  const { page } = useChecked(releasesSearch);
  const query = useChain(["network", "releases", String(page)], (node) => releases(node, page));
  return (
    <Page title={t("releases.title")} lead={t("releases.lead")} wide>
      <Jobs />
      <Loaded query={query}>
        {({ releases: lines, blocks }) =>
          lines.length === 0 ? (
            <Empty icon={IconTimeline} title={t("releases.none.title")} text={t("releases.none.text")} />
          ) : (
            <Stack gap="xl">
              <Section title={t("releases.chart.title")}>
                <Suspense fallback={<Waiting />}>
                  <ReleaseChart lines={lines} />
                </Suspense>
              </Section>
              <Lines lines={lines} />
              <Pages page={page} blocks={blocks} />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function Jobs() {
  const { t, i18n } = useTranslation("operator");
  const query = useChain(["network", "jobs"], openJobs);
  return (
    <Loaded query={query}>
      {({ requests, seats, inspections }) => (
        <Stats
          items={[
            {
              label: t("jobs.seats"),
              value: count(seats, i18n.language),
              hint: t("jobs.requests", { count: requests }),
            },
            { label: t("jobs.inspections"), value: count(inspections, i18n.language), hint: t("jobs.inspectionsHint") },
          ]}
        />
      )}
    </Loaded>
  );
}

function Lines({ lines }: { lines: readonly ReleaseLine[] }) {
  const { t, i18n } = useTranslation("operator");
  return (
    <Section title={t("releases.list")}>
      <DataTable
        label={t("releases.list")}
        rows={lines}
        id={({ requestId, seat, datasetId, height, kind }) => `${height}-${kind}-${requestId}-${seat}-${datasetId}`}
        columns={[
          {
            key: "when",
            title: t("when"),
            cell: ({ height, time }) => <When height={height} time={new Date(time)} />,
          },
          { key: "kind", title: t("releases.kind"), cell: ({ kind }) => <Badge>{t(`kind.${JobKind[kind]}`)}</Badge> },
          {
            key: "request",
            title: t("releases.request"),
            cell: ({ requestId, seat }) =>
              requestId === "" ? (
                t("none")
              ) : (
                <Group gap={4} wrap="nowrap">
                  <Digest value={requestId} />
                  <Text span style={{ whiteSpace: "nowrap" }}>
                    {t("releases.seat", { seat: seat.toString() })}
                  </Text>
                </Group>
              ),
          },
          {
            key: "dataset",
            title: t("releases.dataset"),
            cell: ({ datasetId }) => (datasetId === "" ? t("none") : <Digest value={datasetId} />),
          },
          {
            key: "took",
            title: t("releases.took"),
            cell: ({ height, readyHeight }) => t("blocks", { count: Number(height - readyHeight) }),
            end: true,
          },
        ]}
      />
      <Text c="dimmed" fz="sm">
        {t("releases.shown", { count: lines.length, text: count(lines.length, i18n.language) })}
      </Text>
    </Section>
  );
}

function Pages({ page, blocks }: { page: number; blocks: number }) {
  const { t } = useTranslation("operator");
  const navigate = useNavigate();
  const whole = Math.ceil(blocks / releasePage);
  if (whole <= 1) return null;
  return (
    <nav aria-label={t("pages.label")}>
      <Pagination
        total={whole}
        value={Math.min(page, whole)}
        onChange={(next) => void navigate({ to: "/network/releases", search: { page: next } as never })}
        size="lg"
        getItemProps={(next) => ({ "aria-label": t("pages.page", { page: next }) })}
        getControlProps={(control) => ({ "aria-label": t(`pages.${control}`) })}
      />
      {page > whole && (
        <Button onClick={() => void navigate({ to: "/network/releases", search: { page: 1 } as never })}>
          {t("pages.first")}
        </Button>
      )}
    </nav>
  );
}

import { Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconEye, IconTrash } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetView, datasetView, standing, withdrawDataset } from "../../../client/dataset";
import { toHex } from "../../../core/bytes";
import { Answers } from "../../../ui/Answers";
import { DefinitionList } from "../../../ui/DefinitionList";
import { size } from "../../../ui/format";
import { Address, Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Sheet } from "../../../ui/Sheet";
import { type Step, Timeline } from "../../../ui/Timeline";
import { At } from "../../shared/At";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { useNow } from "../../shared/useHeight";
import { useKindName } from "../Kind";
import { Sharing } from "../share/Sharing";
import { LockAgain } from "./LockAgain";
import { standingColour } from "./standing";

/** One dataset: where it stands, what to do next, what it shares, and its end. */
export default function DatasetPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const query = useChain(["dataset", id], (node) => datasetView(node, id));
  const kindName = useKindName();
  return (
    <Page title={query.data ? kindName(query.data.dataset.payload?.kind ?? 0) : t("data.one")} back="/data">
      <Loaded query={query}>{(view) => <Content view={view} />}</Loaded>
    </Page>
  );
}

function Content({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const state = standing(view, useNow());
  const { id } = view.dataset;
  const next = state === "unchecked" || state === "refused" ? "check" : state === "ready" ? "share" : undefined;
  return (
    <Stack gap="xl">
      <Group>
        <Badge color={standingColour[state]}>{t(`standing.${state}`)}</Badge>
      </Group>
      <Card>
        <Timeline label={t("data.story")} steps={useStory(view)} />
        {next && (
          <Button component={Link} to={`/data/${id}/${next}`} size="lg" mt="sm">
            {t(`home.task.${next}.title`)}
          </Button>
        )}
        {state === "checking" && (
          <Button component={Link} to={`/data/${id}/check`} variant="default" mt="sm">
            {t("data.papers")}
          </Button>
        )}
      </Card>
      <Sharing view={view} />
      <Button
        component={Link}
        to={`/activity/${id}`}
        variant="default"
        size="lg"
        leftSection={<IconEye size={22} aria-hidden />}
      >
        {t("data.opened")}
      </Button>
      {state !== "withdrawn" && state !== "sending" && <LockAgain view={view} />}
      <Details view={view} />
      {state !== "withdrawn" && <Remove view={view} />}
    </Stack>
  );
}

/** What has happened to a dataset, and what comes next. */
function useStory(view: DatasetView): Step[] {
  const { t } = useTranslation("patient");
  const state = standing(view, useNow());
  const place = { sending: 1, unchecked: 2, refused: 2, checking: 2, frozen: 2, ready: 3, sharing: 4, withdrawn: 4 }[
    state
  ];
  const steps = ["added", "held", "checked", "sharing"] as const;
  return steps.map((step, index) => ({
    key: step,
    title: t(`data.step.${step}`),
    state: index < place ? "done" : index === place ? (state === "refused" ? "failed" : "now") : "later",
    ...(step === "added" && { detail: <At height={view.dataset.height} /> }),
    ...(step === "checked" && view.checked && { detail: <At height={view.checked.height} /> }),
    ...(step === "checked" && state === "checking" && { detail: t("data.step.waiting") }),
  }));
}

function Details({ view }: { view: DatasetView }) {
  const { t, i18n } = useTranslation("patient");
  const { id, version, owner, payload } = view.dataset;
  return (
    <Section title={t("data.details.title")}>
      <Card>
        <DefinitionList
          items={[
            [t("data.details.number"), <Digest key="id" value={id} />],
            [t("data.details.version"), version.toString()],
            [t("data.details.size"), size(payload?.sizeBucket ?? 0n, i18n.language)],
            [t("data.details.account"), <Address key="owner" value={owner} />],
            ...(payload?.gateways ?? []).map(
              ({ gateway }) => [t("data.details.gateway"), <Address key={gateway} value={gateway} />] as const,
            ),
            [t("data.details.digest"), <Digest key="digest" value={toHex(payload?.sha256 ?? new Uint8Array())} />],
          ]}
        />
      </Card>
    </Section>
  );
}

function Remove({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const [asking, setAsking] = useState(false);
  const remove = useAction(
    () => withdrawDataset(person, view),
    () => setAsking(false),
  );
  return (
    <>
      <Button
        variant="subtle"
        c="var(--mantine-color-error)"
        leftSection={<IconTrash size={20} aria-hidden />}
        onClick={() => setAsking(true)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("data.remove.action")}
      </Button>
      <Sheet opened={asking} onClose={() => setAsking(false)} title={t("data.remove.title")}>
        <Stack>
          <Text>{t("data.remove.text")}</Text>
          <Text>{t("data.remove.cannot")}</Text>
          {remove.fault && <Problem fault={remove.fault} />}
          <Answers
            no={t("data.remove.keep")}
            yes={t("data.remove.yes")}
            onNo={() => setAsking(false)}
            onYes={() => remove.run(undefined)}
            busy={remove.busy}
          />
        </Stack>
      </Sheet>
    </>
  );
}

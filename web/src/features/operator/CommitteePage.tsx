import { Alert, Badge, Card, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconKey } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { committee, keys, margin, type RunView, type ShareHolder, shareHolders } from "../../client/committee";
import { validators } from "../../client/validators";
import { toHex } from "../../core/bytes";
import { type Epoch, KeyStatus, Phase } from "../../gen/volens/custody/v1/custody_pb";
import { DataTable } from "../../ui/DataTable";
import { DefinitionList } from "../../ui/DefinitionList";
import { Empty } from "../../ui/Empty";
import { count } from "../../ui/format";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { type Step, Timeline } from "../../ui/Timeline";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";
import { Faults } from "./Faults";
import { Spare } from "./Spare";
import { Signing } from "./StatusPage";

/** Who holds the committee's key, and how the next epoch comes about. */
export default function CommitteePage() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "committee"], async (node) => {
    const [now, all] = await Promise.all([committee(node), validators(node)]);
    return { now, all };
  });
  return (
    <Page title={t("committee.title")} lead={t("committee.lead")} wide>
      <Loaded query={query}>
        {({ now, all }) => (
          <Stack gap="xl">
            {now.key && now.epoch ? (
              <Holders epoch={now.epoch} holders={shareHolders(now.epoch, all)} />
            ) : (
              <Empty icon={IconKey} title={t("committee.none.title")} text={t("committee.none.text")} />
            )}
            <Section title={t("run.title")} lead={t("run.lead")}>
              {now.run ? <Run run={now.run} /> : <Text>{t("run.none")}</Text>}
            </Section>
          </Stack>
        )}
      </Loaded>
      <Keys />
      <Faults />
    </Page>
  );
}

function Holders({ epoch, holders }: { epoch: Epoch; holders: readonly ShareHolder[] }) {
  const { t, i18n } = useTranslation("operator");
  const spare = margin(epoch, holders);
  const number = (value: number | bigint) => count(value, i18n.language);
  return (
    <Stack gap="lg">
      {spare.spare <= 0 && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("committee.risk")} role="status">
          <Spare margin={spare} />
        </Alert>
      )}
      <Stats
        items={[
          { label: t("committee.epoch"), value: number(epoch.epoch), hint: t("committee.key", { id: epoch.keyId }) },
          {
            label: t("committee.shares"),
            value: t("of", { part: spare.threshold, whole: spare.total }),
            hint: t("committee.sharesHint"),
          },
          { label: t("committee.spare"), value: number(spare.spare), hint: <Spare margin={spare} /> },
          {
            label: t("committee.secrecy"),
            value: percent(epoch.secrecyNum, epoch.secrecyDen),
            hint: t("committee.secrecyHint"),
          },
        ]}
      />
      <Section title={t("committee.holders")}>
        <DataTable
          label={t("committee.holders")}
          rows={holders}
          id={({ operator }) => operator}
          columns={[
            {
              key: "name",
              title: t("validators.name"),
              cell: ({ validator, operator }) => validator?.moniker || <Digest value={operator} plain />,
            },
            { key: "count", title: t("committee.count"), cell: ({ shares }) => number(shares.length), end: true },
            { key: "shares", title: t("committee.indexes"), cell: ({ shares }) => shares.join(", ") },
            {
              key: "without",
              title: t("committee.without"),
              cell: ({ shares }) => number(spare.spare - shares.length),
              end: true,
            },
            {
              key: "state",
              title: t("validators.state"),
              cell: ({ validator }) =>
                validator ? <Signing {...validator} /> : <Badge color="red">{t("validators.gone")}</Badge>,
            },
          ]}
        />
      </Section>
    </Stack>
  );
}

function percent(part: bigint, whole: bigint): string {
  return whole === 0n ? "–" : `${(Number((part * 1000n) / whole) / 10).toFixed(1)} %`;
}

const phases = [Phase.ENROL, Phase.DEAL, Phase.DISPUTE, Phase.CONFIRM] as const;

function Run({ run: view }: { run: RunView }) {
  const { t, i18n } = useTranslation("operator");
  const { run } = view;
  const done: Readonly<Record<number, number>> = {
    [Phase.ENROL]: view.enrolled.length,
    [Phase.DEAL]: view.dealt.length,
    [Phase.CONFIRM]: view.confirmed.length,
  };
  const steps: Step[] = phases.map((phase) => ({
    key: Phase[phase],
    title: t(`phase.${Phase[phase].toLowerCase()}`),
    state: phase < run.phase ? "done" : phase === run.phase ? "now" : "later",
    detail: done[phase] !== undefined && phase <= run.phase ? t("run.done", { count: done[phase] }) : undefined,
  }));
  return (
    <Card>
      <Stack gap="md">
        <DefinitionList
          items={[
            [t("committee.epoch"), `${run.epoch} (${t("committee.key", { id: run.keyId })})`],
            [t("run.number"), count(run.run, i18n.language)],
            [t("run.started"), <When key="started" height={run.started} />],
            [t("run.counted"), count(run.counted, i18n.language)],
            [t("run.convicted"), count(run.convicted.length, i18n.language)],
          ]}
        />
        <Timeline steps={steps} label={t("run.title")} />
      </Stack>
    </Card>
  );
}

function Keys() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "keys"], keys);
  return (
    <Section title={t("keys.title")} lead={t("keys.lead")}>
      <Loaded query={query}>
        {(all) => (
          <DataTable
            label={t("keys.title")}
            rows={all}
            id={({ key }) => key.keyId.toString()}
            columns={[
              { key: "id", title: t("keys.id"), cell: ({ key }) => key.keyId.toString() },
              {
                key: "status",
                title: t("validators.state"),
                cell: ({ key }) => (
                  <Group gap="xs">
                    <Badge color={key.status === KeyStatus.ACTIVE ? "pine" : "gray"}>
                      {t(`keyStatus.${KeyStatus[key.status].toLowerCase()}`)}
                    </Badge>
                    {key.pendingEpoch > 0n && <Badge color="blue">{t("keys.pending", { id: key.pendingEpoch })}</Badge>}
                  </Group>
                ),
              },
              { key: "epoch", title: t("committee.epoch"), cell: ({ key }) => key.epoch.toString() },
              { key: "since", title: t("keys.since"), cell: ({ epoch }) => <When height={epoch?.activeHeight} /> },
              { key: "y", title: t("keys.public"), cell: ({ key }) => <Digest value={toHex(key.y)} /> },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}

import { Badge, Card, Group, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Opening, openings } from "../../../client/activity";
import { consentHistory } from "../../../client/consent";
import { organisationAt } from "../../../client/dataset";

import { type Consent, Status } from "../../../gen/volens/consent/v1/consent_pb";
import { JobKind } from "../../../gen/volens/custody/v1/custody_pb";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Address, Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { Section } from "../../../ui/Section";
import { type Step, Timeline } from "../../../ui/Timeline";
import { At } from "../../shared/At";
import { Loaded } from "../../shared/Loaded";
import { useChain } from "../../shared/useChain";
import { Who } from "../../shared/Who";
import { Proof } from "./Proof";

/** Who opened a dataset, and the proof that nobody else did. */
export default function OpenedPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const query = useChain(["opened", id], async (node) => {
    const [list, history] = await Promise.all([openings(node, id), consentHistory(node, id)]);
    return { list, history };
  });
  return (
    <Page title={t("opened.title")} lead={t("opened.lead")} back="/activity">
      <Stack gap="xl">
        <Loaded query={query}>
          {({ list, history }) => (
            <Stack gap="xl">
              <Proof datasetId={id} list={list} />
              <Openings list={list} />
              <History history={history} />
            </Stack>
          )}
        </Loaded>
      </Stack>
    </Page>
  );
}

function Openings({ list }: { list: readonly Opening[] }) {
  const { t } = useTranslation("patient");
  return (
    <Section title={t("opened.list")}>
      {list.length === 0 ? (
        <Text>{t("opened.nobody")}</Text>
      ) : (
        list.map(({ emission, release }) => (
          <OpeningCard key={`${emission.requestId} ${emission.seat}`} opening={{ emission, release }} />
        ))
      )}
    </Section>
  );
}

function OpeningCard({ opening: { emission, release } }: { opening: Opening }) {
  const { t } = useTranslation("patient");
  const reader = release?.reader ?? "";
  const research = emission.kind === JobKind.RELEASE;
  const { data } = useChain(["organisation", reader], (node) => organisationAt(node, reader), {
    enabled: reader !== "" && !research,
  });
  return (
    <Card>
      <Stack gap="sm">
        <Group justify="space-between">
          <Badge color={research ? "pine" : "gray"}>{t(research ? "opened.research" : "opened.check")}</Badge>
          <Text c="dimmed" component="div">
            <At height={release?.height ?? emission.height} />
          </Text>
        </Group>
        <DefinitionList
          items={[
            [
              t("opened.who"),
              reader === "" ? (
                t("opened.underWay")
              ) : research ? (
                <Address key="who" value={reader} />
              ) : (
                <Who key="who" address={reader} organisation={data} />
              ),
            ],
            [t(research ? "opened.request" : "opened.inspection"), <Digest key="id" value={emission.requestId} />],
            ...(release && research ? ([[t("opened.consent"), release.consentVersion.toString()]] as const) : []),
          ]}
        />
      </Stack>
    </Card>
  );
}

function History({ history }: { history: readonly Consent[] }) {
  const { t } = useTranslation("patient");
  if (history.length === 0) return null;
  const steps = history.map(
    (consent): Step => ({
      key: consent.version.toString(),
      title: t(consent.status === Status.ACTIVE ? "opened.allowed" : "opened.stopped", {
        version: consent.version.toString(),
      }),
      state: "done",
      detail: <At height={consent.height} />,
    }),
  );
  return (
    <Section title={t("opened.history")}>
      <Card>
        <Timeline label={t("opened.history")} steps={steps} />
      </Card>
    </Section>
  );
}

import { Alert, Button, Card, Stack, Text } from "@mantine/core";
import { IconInfoCircle, IconPrinter } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DatasetView } from "../../../client/dataset";
import { type Asked, asked, canChange, check, decide } from "../../../client/decide";
import type { Sent } from "../../../client/desk";
import { Fault } from "../../../core/fault";
import { DecisionState, type Request } from "../../../gen/volens/market/v1/market_pb";
import { Answers } from "../../../ui/Answers";
import { Choice } from "../../../ui/Choice";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { useReason } from "../../../ui/useReason";
import { Loaded } from "../../shared/Loaded";
import { RequestFacts } from "../../shared/request/RequestFacts";
import { useParties } from "../../shared/request/useParties";
import { WordsOf } from "../../shared/request/Words";
import { usePurpose } from "../../shared/request/words";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { useKindName } from "../Kind";
import { useAddresses, useDatasets } from "../useOwn";
import { Receipt } from "./Receipt";

/** One request: always in the order who, why, what they see, what they never see, how long, what you get, change my mind. */
export default function RequestPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const addresses = useAddresses() ?? [];
  const datasets = useDatasets();
  const purpose = usePurpose();
  const query = useChain(["request", id, ...addresses], (node) => asked(node, id, addresses));
  const [done, setDone] = useState<{ sent: Sent; yes: boolean }>();
  if (done) return <Receipt sent={done.sent} yes={done.yes} requestId={id} />;
  return (
    <Page title={t("request.title")} back="/requests">
      <Loaded query={query}>
        {(data) => (
          <Stack gap="lg">
            <Text fz="1.15rem" fw={600}>
              {purpose(data.request.spec?.use)}
            </Text>
            <Standing asked={data} />
            <WordsOf request={data.request} />
            <RequestFacts request={data.request} />
            <Loaded query={datasets}>
              {(views) => <Decide asked={data} views={views} onDone={(sent, yes) => setDone({ sent, yes })} />}
            </Loaded>
            <Button
              variant="subtle"
              className="volens-noprint"
              leftSection={<IconPrinter size={20} aria-hidden />}
              onClick={() => window.print()}
            >
              {t("request.print")}
            </Button>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

/** What was answered before, and what became of it. */
function Standing({ asked: { answers } }: { asked: Asked }) {
  const { t } = useTranslation("patient");
  return answers.map((answer) => (
    <Alert
      key={answer.datasetId}
      color={answer.state === DecisionState.NO ? "gray" : "pine"}
      icon={<IconInfoCircle aria-hidden />}
      title={t(`answer.${DecisionState[answer.state]}`)}
    >
      {t(`answer.text.${DecisionState[answer.state]}`)}
    </Alert>
  ));
}

interface DecideProps {
  readonly asked: Asked;
  readonly views: readonly DatasetView[];
  readonly onDone: (sent: Sent, yes: boolean) => void;
}

/** For which data, and then yes or no, alike. */
function Decide({ asked, views, onDone }: DecideProps) {
  const { t } = useTranslation("patient");
  const words = useReason();
  const { request, answers } = asked;
  const ids = views.map(({ dataset }) => dataset.id);
  const query = useChain(["checks", request.id, ...ids], (node) =>
    Promise.all(ids.map(async (id) => ({ id, check: await check(node, request.id, id) }))),
  );
  if (!canChange(asked)) return <Text c="dimmed">{t("request.closed")}</Text>;
  return (
    <Loaded query={query}>
      {(checks) => {
        const open = views.filter(
          ({ dataset }) =>
            answers.some(({ datasetId }) => datasetId === dataset.id) ||
            checks.some(({ id, check }) => id === dataset.id && check.verdict !== "DENY"),
        );
        if (open.length > 0) return <Answer request={request} views={open} onDone={onDone} />;
        const reasons = [...new Set(checks.flatMap(({ check }) => check.reasons))];
        return (
          <Alert color="gray" icon={<IconInfoCircle aria-hidden />} title={t("request.notYours.title")}>
            <Stack gap={4}>
              <Text>{t("request.notYours.text")}</Text>
              {reasons.map((reason) => (
                <Text key={reason}>{words(reason)}</Text>
              ))}
            </Stack>
          </Alert>
        );
      }}
    </Loaded>
  );
}

function Answer({
  request,
  views,
  onDone,
}: {
  request: Request;
  views: readonly DatasetView[];
  onDone: DecideProps["onDone"];
}) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const kindName = useKindName();
  const parties = useParties(request.spec?.use);
  const only = views.length === 1 ? views[0]?.dataset.id : undefined;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [missing, setMissing] = useState(false);
  const picked = only ?? chosen[0];
  const answer = useAction(
    async (yes: boolean) => {
      const view = views.find(({ dataset }) => dataset.id === picked);
      if (!view) return undefined;
      // A yes to parties that are not on the screen yet would look like a lie of theirs.
      if (yes && (!parties.data || parties.isPlaceholderData))
        throw parties.error ?? new Fault("unavailable", "node-silent");
      const { organisation, owner } = parties.data ?? {};
      return { sent: await decide(person, { request, organisation, owner }, view.dataset, yes), yes };
    },
    (result) => result && onDone(result.sent, result.yes),
  );
  const give = (yes: boolean) => {
    setMissing(!picked);
    if (picked) answer.run(yes);
  };
  return (
    <Section title={t("request.decide.title")} lead={t("request.decide.lead")}>
      <Card>
        <Stack gap="lg">
          {only ? (
            <Text>{t("request.decide.only", { kind: kindName(views[0]?.dataset.payload?.kind ?? 0) })}</Text>
          ) : (
            <Choice
              label={t("request.decide.which")}
              options={views.map(({ dataset }) => ({
                value: dataset.id,
                title: kindName(dataset.payload?.kind ?? 0),
                text: t("data.numbered", { id: dataset.id.slice(0, 8) }),
              }))}
              chosen={chosen}
              onChange={setChosen}
              problem={missing ? t("request.decide.missing") : undefined}
            />
          )}
          {answer.fault && <Problem fault={answer.fault} />}
          <Answers
            no={t("request.decide.no")}
            yes={t("request.decide.yes")}
            onNo={() => give(false)}
            onYes={() => give(true)}
            busy={answer.busy || parties.isLoading}
          />
        </Stack>
      </Card>
    </Section>
  );
}

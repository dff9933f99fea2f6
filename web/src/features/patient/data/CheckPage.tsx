import { Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { askCheck, checkers, type DatasetView, datasetView, isAwaited, withdrawCheck } from "../../../client/dataset";
import { type Inspection, InspectionState } from "../../../gen/volens/custody/v1/custody_pb";
import { Choice } from "../../../ui/Choice";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { save } from "../../../ui/save";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { useWho } from "../../shared/Who";

/** Lets an organisation look inside, so that it can vouch that nothing names the person. */
export default function CheckPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const query = useChain(["dataset", id], (node) => datasetView(node, id));
  return (
    <Page title={t("inspect.title")} lead={t("inspect.lead")} back={`/data/${id}`}>
      <Loaded query={query}>
        {(view) => {
          const open = view.inspections.filter(
            ({ state, version }) => isAwaited(state) && version === view.dataset.version,
          );
          return open.length > 0 ? (
            <Stack gap="xl">
              {open.map((inspection) => (
                <Open key={inspection.id} view={view} inspection={inspection} />
              ))}
            </Stack>
          ) : (
            <Ask view={view} />
          );
        }}
      </Loaded>
    </Page>
  );
}

function Ask({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const who = useWho();
  const query = useChain(["checkers"], checkers);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [missing, setMissing] = useState(false);
  const ask = useAction((organisation: string) => askCheck(person, view, organisation));
  const send = () => {
    setMissing(chosen.length === 0);
    if (chosen[0]) ask.run(chosen[0]);
  };
  return (
    <Loaded query={query}>
      {(organisations) => (
        <Stack gap="lg">
          <Choice
            label={t("inspect.who")}
            hint={t("inspect.hint")}
            options={organisations.map((organisation) => ({
              value: organisation.address,
              title: who(organisation),
              text: organisation.address,
            }))}
            chosen={chosen}
            onChange={setChosen}
            problem={missing ? t("choose.one") : undefined}
          />
          <Text>{t("inspect.means")}</Text>
          {ask.fault && <Problem fault={ask.fault} />}
          <Button size="lg" onClick={send} loading={ask.busy}>
            {t("inspect.ask")}
          </Button>
        </Stack>
      )}
    </Loaded>
  );
}

/** An inspection that runs: the papers for the organisation, and the way back while there is one. */
function Open({ view, inspection }: { view: DatasetView; inspection: Inspection }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const { id, version } = view.dataset;
  const { data: papers } = useQuery({
    // The facts are sealed to the key that came with the organisation's acceptance, so that nobody else can read them.
    queryKey: ["papers", id, version.toString(), inspection.deliveryKey],
    queryFn: async () => (await person.sealer.papers(id, version, inspection.deliveryKey || undefined)) ?? null,
  });
  const withdraw = useAction(() => withdrawCheck(person, inspection));
  const early = [InspectionState.REQUESTED, InspectionState.ACCEPTED].includes(inspection.state);
  return (
    <Stack gap="lg">
      <Group>
        <Badge color="blue">{t(`inspect.state.${InspectionState[inspection.state]}`)}</Badge>
      </Group>
      <Section title={t("inspect.papers.title")} lead={t("inspect.papers.lead")}>
        <Card>
          {papers ? (
            <Group grow>
              <Button
                variant="default"
                leftSection={<IconDownload size={20} aria-hidden />}
                onClick={() => save(papers.report, `volens-report-${id.slice(0, 8)}.json`, "application/json")}
              >
                {t("inspect.papers.report")}
              </Button>
              {inspection.deliveryKey !== "" && (
                <Button
                  variant="default"
                  leftSection={<IconDownload size={20} aria-hidden />}
                  onClick={() => save(papers.facets, `volens-facets-${id.slice(0, 8)}.age`, "application/octet-stream")}
                >
                  {t("inspect.papers.facets")}
                </Button>
              )}
            </Group>
          ) : (
            <Text>{t("inspect.papers.elsewhere")}</Text>
          )}
          {papers && inspection.deliveryKey === "" && <Text mt="sm">{t("inspect.papers.later")}</Text>}
        </Card>
      </Section>
      {early ? (
        <Section title={t("inspect.back.title")} lead={t("inspect.back.text")}>
          {withdraw.fault && <Problem fault={withdraw.fault} />}
          <Button variant="outline" size="lg" onClick={() => withdraw.run(undefined)} loading={withdraw.busy}>
            {t("inspect.back.action")}
          </Button>
        </Section>
      ) : (
        <Text c="dimmed">{t("inspect.back.late")}</Text>
      )}
    </Stack>
  );
}

import { Button, Card, FileInput, Group, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  acceptInspection,
  inspectionBond,
  type Judged,
  judge,
  inspection as read,
  revokeAttestation,
} from "../../client/attest";
import { attestationOf } from "../../client/attestation";
import { orAbsent } from "../../client/committee";
import { isAwaited } from "../../client/dataset";
import { readPaper } from "../../client/files";
import type { Progress as Passed } from "../../client/sealer";
import { seatOf } from "../../client/seat";
import { type Inspection, InspectionState } from "../../gen/volens/custody/v1/custody_pb";
import { DefinitionList } from "../../ui/DefinitionList";
import { Address, Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Progress } from "../../ui/Progress";
import { Section } from "../../ui/Section";
import { type Step, Timeline } from "../../ui/Timeline";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";
import { InspectionBadge } from "./InspectionsPage";
import { Verdict } from "./Verdict";

/** One inspection: accept it, wait for the release, check what is inside, and sign. */
export default function InspectionPage() {
  const { t } = useTranslation("organisation");
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const query = useChain(["inspection", id], async (node) => {
    const [asked, seat, bond] = await Promise.all([
      read(node, id),
      orAbsent(seatOf(node, id, 0n)),
      inspectionBond(node),
    ]);
    return { asked, seat, bond };
  });
  return (
    <Page title={t("inspection.title")} back="/organisation/inspections">
      <Loaded query={query}>
        {({ asked, seat, bond }) => (
          <Stack gap="xl">
            <Facts asked={asked} />
            <Timeline
              label={t("inspection.steps")}
              steps={stepsOf(asked.state).map(([key, state]) => ({
                key,
                title: t(`inspection.step.${key}`),
                state,
                detail: key === "released" && seat?.release ? <When height={seat.release.height} /> : undefined,
              }))}
            />
            {asked.state === InspectionState.REQUESTED && <Accept asked={asked} bond={bond} />}
            {asked.state === InspectionState.ACCEPTED && <Text role="status">{t("inspection.wait")}</Text>}
            {asked.state === InspectionState.RELEASED && <Judge asked={asked} />}
            {!isAwaited(asked.state) && <Text>{t(`inspection.end.${InspectionState[asked.state]}`)}</Text>}
            {asked.state === InspectionState.ATTESTED && <TakeBack asked={asked} />}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function stepsOf(state: InspectionState): [string, Step["state"]][] {
  const order = [InspectionState.REQUESTED, InspectionState.ACCEPTED, InspectionState.RELEASED];
  const at = order.indexOf(state);
  const names = ["accepted", "released", "judged"];
  if (at < 0) {
    const done = state === InspectionState.ATTESTED || state === InspectionState.REFUSED;
    return names.map((name) => [name, done ? "done" : "failed"]);
  }
  return names.map((name, place) => [name, place < at ? "done" : place === at ? "now" : "later"]);
}

function Facts({ asked }: { asked: Inspection }) {
  const { t } = useTranslation("organisation");
  return (
    <Card>
      <DefinitionList
        items={[
          [t("own.status"), <InspectionBadge key="state" state={asked.state} />],
          [t("inspections.dataset"), <Digest key="dataset" value={asked.datasetId} />],
          [t("inspections.version"), asked.version.toString()],
          [t("inspection.owner"), <Address key="owner" value={asked.owner} />],
          [
            t("inspections.deadline"),
            asked.deadline > 0n ? <When key="deadline" height={asked.deadline} /> : t("inspection.noDeadline"),
          ],
        ]}
      />
    </Card>
  );
}

function Accept({ asked, bond }: { asked: Inspection; bond: { amount: string; denom: string } }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const accept = useAction(() => acceptInspection(desk, asked));
  return (
    <Section title={t("accept.title")} lead={t("accept.lead")}>
      <Text>
        {t("accept.bond")} <Money amount={BigInt(bond.amount)} denom={bond.denom} />
      </Text>
      {accept.fault && <Problem fault={accept.fault} again={() => accept.run(undefined)} />}
      <Button loading={accept.busy} onClick={() => accept.run(undefined)} style={{ alignSelf: "flex-start" }}>
        {t("accept.button")}
      </Button>
    </Section>
  );
}

/** Takes the attestation back that the inspection ended in. */
function TakeBack({ asked: { datasetId, version } }: { asked: Inspection }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const revoke = useAction(() => revokeAttestation(desk, datasetId, version));
  const query = useChain(["statement", datasetId, version.toString()], (node) =>
    attestationOf(node, datasetId, version),
  );
  const statement = query.data?.statement;
  if (statement?.attestor !== desk.address || statement.revoked) return null;
  return (
    <Section title={t("takeBack.title")} lead={t("takeBack.lead")}>
      {revoke.fault && <Problem fault={revoke.fault} />}
      <Button
        variant="default"
        loading={revoke.busy}
        onClick={() => revoke.run(undefined)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("takeBack.button")}
      </Button>
    </Section>
  );
}

function Judge({ asked }: { asked: Inspection }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const [report, setReport] = useState<File | null>(null);
  const [facets, setFacets] = useState<File | null>(null);
  const [passed, setPassed] = useState<Passed>();
  const check = useAction(async ({ first, second }: { first: File; second: File }): Promise<Judged> => {
    const papers = { report: await readPaper(first), facets: await readPaper(second) };
    return judge(desk, asked.id, papers, setPassed);
  });
  const run = () => report && facets && check.run({ first: report, second: facets });
  return (
    <Stack gap="xl">
      <Section title={t("judge.title")} lead={t("judge.lead")}>
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <FileInput
            label={t("judge.report")}
            description={t("judge.reportHint")}
            placeholder={t("judge.choose")}
            value={report}
            onChange={setReport}
            accept="application/json,.json,.age"
            size="md"
            miw={220}
            required
          />
          <FileInput
            label={t("judge.facets")}
            description={t("judge.facetsHint")}
            placeholder={t("judge.choose")}
            value={facets}
            onChange={setFacets}
            accept="application/json,.json,.age"
            size="md"
            miw={220}
            required
          />
        </Group>
        {check.busy && (
          <Progress
            label={t(passed ? `judge.step.${passed.step}` : "judge.step.load")}
            done={passed?.done ?? 0}
            total={passed?.total ?? 0}
            bytes
          />
        )}
        {check.fault && <Problem fault={check.fault} safe={t("judge.safe")} again={run} />}
        <Button disabled={!report || !facets} loading={check.busy} onClick={run} style={{ alignSelf: "flex-start" }}>
          {t("judge.button")}
        </Button>
      </Section>
      {check.result && <Verdict judged={check.result} />}
    </Stack>
  );
}

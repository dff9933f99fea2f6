import { Alert, Button, FileInput, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetView, datasetView } from "../../../client/dataset";
import type { IngestProgress } from "../../../client/ingest";
import { papersHere, sealAnew, sealFilesAnew } from "../../../client/replace";
import type { Fault } from "../../../core/fault";
import { type Dataset, Status } from "../../../gen/volens/dataset/v1/dataset_pb";
import { Answers } from "../../../ui/Answers";
import { size } from "../../../ui/format";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { Section } from "../../../ui/Section";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { Adding } from "./AddPage";
import { lockMeans } from "./lockmeans";
import { useDeliver } from "./useDeliver";

/** Locks a dataset again: from the person's own locked copy, or from her files when the papers are lost. */
export default function LockPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const query = useChain(["dataset", id], (node) => datasetView(node, id));
  if (query.data) return <Lock view={query.data} />;
  return (
    <Page title={t("lock.title")} back={`/data/${id}`}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Lock({ view: { dataset } }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const deliver = useDeliver();
  const [fromFiles, setFromFiles] = useState(false);
  const [pass, setPass] = useState<IngestProgress>();
  const lock = useAction((report: File | undefined) => {
    setPass(undefined);
    return sealAnew(person, dataset, report, setPass);
  }, deliver);
  const badPapers = useBadPapers(lock.fault);
  const back = `/data/${dataset.id}`;
  if (lock.busy) {
    return (
      <Page key="busy" title={t("lock.busy")} lead={t("add.wait")}>
        <Progress label={t(`pass.${pass?.step ?? "load"}`)} done={pass?.done ?? 0} total={pass?.total ?? 0} bytes />
      </Page>
    );
  }
  if (fromFiles) {
    return (
      <Adding
        key="files"
        title={t("lock.title")}
        lead={t("lock.files.lead")}
        back={back}
        seal={(files, options, watch) => sealFilesAnew(person, dataset, files, options, watch)}
      />
    );
  }
  return (
    <Page key="ask" title={t("lock.title")} lead={t("lock.lead")} back={back}>
      {dataset.status === Status.ACTIVE ? (
        <Ask
          dataset={dataset}
          badPapers={badPapers}
          fault={lock.fault}
          onLock={lock.run}
          onFiles={() => setFromFiles(true)}
        />
      ) : (
        <Alert color="yellow">{t(dataset.status === Status.FROZEN ? "lock.frozen" : "lock.removed")}</Alert>
      )}
    </Page>
  );
}

interface AskProps {
  readonly dataset: Dataset;
  /** Whether a list, this device's or a picked one, was found not to be the one of the dataset. */
  readonly badPapers: boolean;
  readonly fault: Fault | undefined;
  readonly onLock: (report: File | undefined) => void;
  readonly onFiles: () => void;
}

/** Faults of the list that was taken, this device's or a picked one: the remedy is another list, or the files. */
const ofPapers = ["report-of-other", "facets-differ", "deid-not-a-report"];

/**
 * Whether an attempt has failed for its list. It stays so when a later one fails for something else: without another list
 * the next one would take this device's again.
 */
export function useBadPapers(fault: Fault | undefined): boolean {
  const [bad, setBad] = useState(false);
  const now = bad || (fault !== undefined && ofPapers.includes(fault.code));
  if (now !== bad) setBad(now);
  return now;
}

/** What locking again does and ends, before anything is done. */
export function Ask({ dataset, badPapers, fault, onLock, onFiles }: AskProps) {
  const { t, i18n } = useTranslation("patient");
  const { person } = useSession();
  const navigate = useNavigate();
  const { id, version, payload } = dataset;
  const [report, setReport] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const { data: here } = useQuery({
    queryKey: ["papers-here", id, version.toString()],
    queryFn: () => papersHere(person, dataset),
  });
  const asks = here === false || badPapers;
  const lock = () => {
    const lost = asks && report === null;
    setMissing(lost);
    if (!lost) onLock(report ?? undefined);
  };
  return (
    <Stack gap="xl">
      <List spacing="sm">
        {lockMeans.map((name) => (
          <List.Item key={name}>{t(`lock.means.${name}`)}</List.Item>
        ))}
        <List.Item>{t("lock.line", { size: size(payload?.sizeBucket ?? 0n, i18n.language) })}</List.Item>
      </List>
      {asks && (
        <Section title={t("lock.report.title")} lead={t("lock.report.lead")}>
          <FileInput
            label={t("lock.report.label")}
            placeholder={t("lock.report.choose")}
            value={report}
            onChange={setReport}
            error={missing && t("lock.report.missing")}
            accept=".json,application/json"
            size="md"
          />
          <Text>{t("lock.files.text")}</Text>
          <Button variant="default" onClick={onFiles} style={{ alignSelf: "flex-start" }}>
            {t("lock.files.action")}
          </Button>
        </Section>
      )}
      {fault && <Problem fault={fault} />}
      <Answers
        no={t("lock.no")}
        yes={t("lock.action")}
        onNo={() => void navigate({ to: `/data/${id}` })}
        onYes={lock}
        busy={here === undefined}
      />
    </Stack>
  );
}

import { Alert, Button, Card, Code, Group, Stack, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { offer } from "../../../client/catalogue";
import { type Fetched, fetchFile, fetchIdentity } from "../../../client/fetch";
import { beginning } from "../../../client/files";
import type { Progress as Passed } from "../../../client/sealer";
import type { Release } from "../../../gen/volens/custody/v1/custody_pb";
import { DefinitionList } from "../../../ui/DefinitionList";
import { size } from "../../../ui/format";
import { Digest } from "../../../ui/Id";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { When } from "../../../ui/When";
import { useDesk } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { Service } from "./Service";

/** From which size on a file is written to the disk as it is opened, where the browser can, in bytes. */
const large = 256n << 20n;

/** A released file: downloaded, opened in the browser, checked, shown and saved. */
export function OpenFile({ release, denom }: { release: Release; denom: string }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  // Asked before, so that the picker of the browser opens within the person's own click.
  const dataset = useChain(["dataset-size", release.datasetId], (node) => offer(node, release.datasetId));
  const [passed, setPassed] = useState<Passed>();
  const open = useAction(async () => {
    const to = await pickTarget(dataset.data?.dataset.payload?.sizeBucket ?? 0n, release.datasetId);
    return fetchFile(desk, release.requestId, release.seat, { ...(to && { to }), watch: setPassed });
  });
  const seat = (release.seat + 1n).toString();
  return (
    <Card component="section" aria-label={t("open.title", { seat })}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={650}>{t("open.title", { seat })}</Text>
          <Text c="dimmed">
            {t("open.since")} <When height={release.height} />
          </Text>
        </Group>
        {open.busy && (
          <Progress
            label={t(passed ? `open.step.${passed.step}` : "open.step.collect")}
            done={passed?.done ?? 0}
            total={passed?.total ?? 0}
            bytes
          />
        )}
        {open.fault && <Problem fault={open.fault} safe={t("open.safe")} again={() => open.run(undefined)} />}
        {open.result ? (
          <Result fetched={open.result} />
        ) : (
          <Group>
            <Button loading={open.busy} onClick={() => open.run(undefined)}>
              {t("open.button")}
            </Button>
            <Identity release={release} />
          </Group>
        )}
        {!open.result && <Service release={release} denom={denom} />}
      </Stack>
    </Card>
  );
}

/** What a browser that can write to the disk offers. */
interface Picker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Large files go to the disk at once, where the browser can, so that they need not fit into the memory. */
async function pickTarget(bytes: bigint, suggestedName: string): Promise<FileSystemFileHandle | undefined> {
  const { showSaveFilePicker: pick } = window as Picker;
  return pick && bytes > large ? pick({ suggestedName }) : undefined;
}

function Result({ fetched: { opened, release } }: { fetched: Fetched }) {
  const { t, i18n } = useTranslation("researcher");
  const name = `${release.datasetId}${opened.extension}`;
  return (
    <Stack gap="sm">
      <Alert icon={<IconShieldCheck aria-hidden />} title={t("open.right.title")} role="status">
        {t("open.right.text")}
      </Alert>
      <DefinitionList
        items={[
          [t("open.digest"), <Digest key="digest" value={opened.sha256} />],
          [t("field.dataset"), <Digest key="dataset" value={release.datasetId} />],
          [t("field.version"), release.version.toString()],
          [t("open.size"), size(opened.size, i18n.language)],
          [t("open.name"), name],
        ]}
      />
      {opened.file && <Save file={opened.file} name={name} />}
      {opened.file && <Beginning file={opened.file} />}
    </Stack>
  );
}

function Save({ file, name }: { file: Blob; name: string }) {
  const { t } = useTranslation("researcher");
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <Button component="a" href={url} download={name} style={{ alignSelf: "flex-start" }}>
      {t("open.save")}
    </Button>
  );
}

/** The first lines of a file that is text, so that the reader sees what it is. */
function Beginning({ file }: { file: Blob }) {
  const { t } = useTranslation("researcher");
  const [text, setText] = useState<string>();
  useEffect(() => {
    let ended = false;
    void beginning(file).then((found) => {
      if (!ended) setText(found);
    });
    return () => {
      ended = true;
    };
  }, [file]);
  if (text === undefined) return null;
  return (
    <Stack gap={4}>
      <Text fw={600}>{t("open.beginning")}</Text>
      <Code block tabIndex={0} aria-label={t("open.beginning")} style={{ maxHeight: 260, overflow: "auto" }}>
        {text}
      </Code>
    </Stack>
  );
}

/** The key of this one file for `age` with the plugin, for those who open it elsewhere. */
function Identity({ release }: { release: Release }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const make = useAction(async () => {
    const text = await fetchIdentity(desk, release.requestId, release.seat);
    return new Blob([`${t("open.identityLine", { dataset: release.datasetId })}\n${text}\n`], { type: "text/plain" });
  });
  if (make.result) return <Save file={make.result} name={`${release.datasetId}.identity`} />;
  return (
    <Stack gap="xs">
      <Button variant="default" loading={make.busy} onClick={() => make.run(undefined)}>
        {t("open.identity")}
      </Button>
      {make.fault && <Problem fault={make.fault} />}
    </Stack>
  );
}

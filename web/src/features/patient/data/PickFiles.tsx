import { Button, Card, CloseButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeidOptions } from "../../../client/sealer";
import type { Fault } from "../../../core/fault";
import { Choice } from "../../../ui/Choice";
import { size } from "../../../ui/format";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Tick } from "../../../ui/Tick";

/** What the form needs. */
export interface PickFilesProps {
  /** What was picked before, if it could not be used. */
  readonly before: { readonly files: readonly File[]; readonly options: DeidOptions } | undefined;
  /** Why not. */
  readonly fault: Fault | undefined;
  readonly onPicked: (files: readonly File[], options: DeidOptions) => void;
}

const profiles = ["safe-harbor-strict", "research-shifted"] as const;
type Profile = (typeof profiles)[number];

/** The files of one dataset, and how much is taken out of them. */
export function PickFiles({ before, fault, onPicked }: PickFilesProps) {
  const { t } = useTranslation("patient");
  const [files, setFiles] = useState<readonly File[]>(before?.files ?? []);
  const [profile, setProfile] = useState<readonly Profile[]>(
    profiles.filter((value) => value === before?.options.profile),
  );
  const [sample, setSample] = useState(before?.options.sample ?? "");
  const [reviewed, setReviewed] = useState(false);
  const [tried, setTried] = useState(false);
  const ready = files.length > 0 && profile[0] !== undefined;
  const go = () => {
    setTried(true);
    if (!ready) return;
    onPicked(files, {
      profile: profile[0] as Profile,
      ...(sample.trim() !== "" && { sample: sample.trim() }),
      ...(reviewed && { pixelsReviewed: true }),
    });
  };
  return (
    <Stack gap="xl">
      <FileBox files={files} onChange={setFiles} problem={tried && files.length === 0 ? t("add.noFiles") : undefined} />
      <Choice
        label={t("add.profile.title")}
        hint={t("add.profile.hint")}
        options={profiles.map((value) => ({
          value,
          title: t(`add.profile.${value}.title`),
          text: t(`add.profile.${value}.text`),
        }))}
        chosen={profile}
        onChange={setProfile}
        problem={tried && profile.length === 0 ? t("choose.one") : undefined}
      />
      {fault && <Problem fault={fault} safe={t("add.safe")} />}
      {fault?.code === "deid-several-persons" && (
        <TextInput
          label={t("add.sample.label")}
          description={t("add.sample.hint")}
          value={sample}
          onChange={(event) => setSample(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
      {fault?.code === "deid-pixels-need-review" && (
        <Tick label={t("add.reviewed")} checked={reviewed} onChange={setReviewed} />
      )}
      <Button size="lg" onClick={go}>
        {t("add.look")}
      </Button>
    </Stack>
  );
}

interface FileBoxProps {
  readonly files: readonly File[];
  readonly onChange: (files: readonly File[]) => void;
  readonly problem: string | undefined;
}

function FileBox({ files, onChange, problem }: FileBoxProps) {
  const { t, i18n } = useTranslation("patient");
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const add = (list: FileList | null) => onChange([...files, ...(list ?? [])]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <Section title={t("add.files.title")} lead={t("add.files.lead")}>
      <Card
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        style={{ borderStyle: "dashed", ...(over && { borderColor: "var(--mantine-primary-color-filled)" }) }}
      >
        <Stack align="center" gap="sm" ta="center">
          <IconFileUpload size={36} stroke={1.4} aria-hidden />
          <Button variant={files.length === 0 ? "filled" : "default"} onClick={() => input.current?.click()}>
            {t(files.length === 0 ? "add.files.choose" : "add.files.more")}
          </Button>
          <Text c="dimmed">{t("add.files.kinds")}</Text>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={t("add.files.choose")}
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
        </Stack>
      </Card>
      {files.map((file, place) => (
        <Group key={`${file.name}-${file.size}-${file.lastModified}`} justify="space-between" wrap="nowrap">
          <Text miw={0}>
            {file.name}{" "}
            <Text component="span" c="dimmed">
              {size(file.size, i18n.language)}
            </Text>
          </Text>
          <CloseButton
            size={44}
            aria-label={t("add.files.remove", { name: file.name })}
            onClick={() => onChange(files.filter((_, other) => other !== place))}
          />
        </Group>
      ))}
      {problem && (
        <Text c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
    </Section>
  );
}

import { FileInput, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { sha256File } from "../../../client/files";
import { Digest } from "../../../ui/Id";
import { Problem } from "../../../ui/Problem";
import { useAction } from "../../shared/useAction";
import { ReadingScore } from "../ReadingScore";
import type { StepProps } from "./step";

/** What the study is, in words, and its protocol by its digest. */
export function StudyStep({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  const protocol = useAction(async (file: File) => {
    change({ protocolSha256: await sha256File(file), protocolName: file.name });
  });
  return (
    <Stack>
      <TextInput
        label={t("study.title")}
        description={t("study.titleHint")}
        value={draft.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
        maxLength={200}
        required
      />
      <Textarea
        label={t("study.summary")}
        description={t("study.summaryHint")}
        value={draft.laySummary}
        onChange={(event) => change({ laySummary: event.currentTarget.value })}
        autosize
        minRows={5}
        maxRows={14}
        maxLength={5000}
        required
      />
      <ReadingScore text={draft.laySummary} />
      <TextInput
        label={t("study.contact")}
        description={t("study.contactHint")}
        value={draft.contact}
        onChange={(event) => change({ contact: event.currentTarget.value })}
        maxLength={500}
        required
      />
      <FileInput
        label={t("study.protocol")}
        description={t("study.protocolHint")}
        placeholder={draft.protocolName || t("study.choose")}
        onChange={(file) => file && protocol.run(file)}
        size="md"
        styles={{ input: { minHeight: 44 } }}
        required
      />
      {protocol.fault && <Problem fault={protocol.fault} />}
      {draft.protocolSha256 && (
        <Text>
          {t("study.digest")} <Digest value={draft.protocolSha256} />
        </Text>
      )}
      <Text c="dimmed">{t("study.private")}</Text>
    </Stack>
  );
}

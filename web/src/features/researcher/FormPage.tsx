import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { changeDraft, type KeptDraft, newDraftName, readDraft } from "../../client/request";
import { emptyDraft, missing, type RequestDraft } from "../../client/requestdraft";
import { asFault, type Fault } from "../../core/fault";
import { isId } from "../../core/ids";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Waiting } from "../../ui/Waiting";
import { useDesk } from "../shared/session";
import { useChecked } from "../shared/useChecked";
import { OfferStep } from "./form/OfferStep";
import { PartiesStep } from "./form/PartiesStep";
import { PurposeStep } from "./form/PurposeStep";
import { SendStep } from "./form/SendStep";
import { StudyStep } from "./form/StudyStep";
import { type StepName, stepNames, stepOf } from "./form/step";

const steps = {
  study: StudyStep,
  parties: PartiesStep,
  purpose: PurposeStep,
  offer: OfferStep,
  send: SendStep,
} as const;

const formSearch = z.object({
  draft: z.string().refine(isId).optional().catch(undefined),
});

/** How long after the last key a draft is kept, in milliseconds. */
const pause = 600;

/** The form of a request, in five steps. What is written is kept on this device as it is written. */
export default function FormPage() {
  const { t } = useTranslation("researcher");
  const { draft: name } = useChecked(formSearch);
  const navigate = useNavigate();
  const desk = useDesk();
  const [kept, setKept] = useState<KeptDraft>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    if (!name) {
      void navigate({ to: ".", search: { draft: newDraftName() } as never, replace: true });
      return;
    }
    readDraft(desk, name).then(
      (found) => setKept(found ?? { random: name, draft: emptyDraft(), requestId: "" }),
      (failed: unknown) => setFault(asFault(failed)),
    );
  }, [desk, name, navigate]);
  return (
    <Page title={t("form.title")} lead={t("form.lead")} back="/research">
      {fault && <Problem fault={fault} />}
      {kept ? <Form key={kept.random} kept={kept} /> : !fault && <Waiting />}
    </Page>
  );
}

function Form({ kept }: { kept: KeptDraft }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(kept.draft);
  const [step, setStep] = useState<StepName>("study");
  const [fault, setFault] = useState<Fault>();
  const [saved, setSaved] = useState(false);
  const keep = useDebouncedCallback((next: RequestDraft) => {
    changeDraft(desk, kept.random, next).then(
      () => {
        setSaved(true);
        void queries.invalidateQueries({ queryKey: ["drafts"] });
      },
      (failed: unknown) => setFault(asFault(failed)),
    );
  }, pause);
  const change = (part: Partial<RequestDraft>) => {
    const next = { ...draft, ...part };
    setSaved(false);
    setDraft(next);
    keep(next);
  };
  const Step = steps[step];
  const at = stepNames.indexOf(step);
  return (
    <Stack gap="lg">
      <StepList step={step} draft={draft} go={setStep} />
      {fault && <Problem fault={fault} />}
      <Step kept={{ ...kept, draft }} draft={draft} change={change} go={setStep} stop={() => keep.cancel()} />
      <Group justify="space-between">
        <Button variant="default" disabled={at === 0} onClick={() => setStep(stepNames[at - 1] ?? step)}>
          {t("form.before")}
        </Button>
        <Text c="dimmed" role="status">
          {saved ? t("form.saved") : ""}
        </Text>
        {at < stepNames.length - 1 && (
          <Button onClick={() => setStep(stepNames[at + 1] ?? step)}>{t("form.next")}</Button>
        )}
      </Group>
    </Stack>
  );
}

function StepList({ step, draft, go }: { step: StepName; draft: RequestDraft; go: (step: StepName) => void }) {
  const { t } = useTranslation("researcher");
  const gaps = new Set(missing(draft).map(stepOf));
  const place = stepNames.indexOf(step) + 1;
  return (
    <Stack gap="sm" component="nav" aria-label={t("form.steps")}>
      <Group gap={6}>
        {stepNames.map((name, index) => {
          const done = name !== "send" && !gaps.has(name);
          return (
            <Button
              key={name}
              variant={name === step ? "filled" : "default"}
              aria-current={name === step ? "step" : undefined}
              aria-label={t(done ? "form.doneStep" : "form.openStep", { place: index + 1, name: t(`step.${name}`) })}
              onClick={() => go(name)}
              px="xs"
              miw={44}
              flex={1}
              leftSection={done ? <IconCheck size={18} aria-hidden /> : undefined}
              styles={{ section: { marginInlineEnd: 4 } }}
            >
              <Text component="span" fw={600} fz="sm">
                {index + 1}
                <Text component="span" inherit visibleFrom="sm">
                  {`. ${t(`step.${name}`)}`}
                </Text>
              </Text>
            </Button>
          );
        })}
      </Group>
      <Title order={2}>{t("form.stepOf", { place, of: stepNames.length, name: t(`step.${step}`) })}</Title>
    </Stack>
  );
}

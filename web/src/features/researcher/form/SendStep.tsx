import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { balance, costLines } from "../../../client/check";
import { dropDraft, lockedSoFar, type SubmitStep, submitRequest } from "../../../client/request";
import { missing } from "../../../client/requestdraft";
import { Money } from "../../../ui/Money";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { Section } from "../../../ui/Section";
import { useDesk } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { Costs } from "../Costs";
import { Matches } from "../Matches";
import { Preview } from "../Preview";
import { lockedText } from "../request/locked";
import { moneyFor } from "./money";
import { type StepProps, stepOf } from "./step";

/** The last look: what patients will see, who could match, what it costs; then it is signed and sent. */
export function SendStep(props: StepProps) {
  const { t } = useTranslation("researcher");
  const { draft, go } = props;
  const gaps = missing(draft);
  if (gaps.length > 0) {
    return (
      <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("send.gaps")}>
        <List spacing="xs">
          {gaps.map((field) => (
            <List.Item key={field}>
              <Button variant="subtle" px={4} onClick={() => go(stepOf(field))}>
                {t(`gap.${field}`)}
              </Button>
            </List.Item>
          ))}
        </List>
      </Alert>
    );
  }
  return (
    <Stack gap="xl">
      <Section title={t("preview.title")} lead={t("preview.lead")}>
        <Preview draft={draft} />
      </Section>
      <Matches draft={draft} />
      <Costs draft={draft} />
      <Submit {...props} />
    </Stack>
  );
}

function Submit({ kept, draft, stop }: StepProps) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [step, setStep] = useState<SubmitStep>();
  const funds = useChain(["funds", desk.address, draft.denom, draft.price, String(draft.nMax)], async (node) => {
    const [have, costs] = await Promise.all([balance(node, desk.address, draft.denom), costLines(node, draft)]);
    return { have, need: costs.escrow };
  });
  const submit = useAction(
    () => submitRequest(desk, kept, setStep),
    async (requestId) => {
      stop();
      await dropDraft(desk, kept.random);
      void queries.invalidateQueries({ queryKey: ["drafts"] });
      void navigate({ to: `/research/requests/${requestId}`, replace: true });
    },
  );
  const locked = useChain(
    ["locked", step?.requestId ?? "", submit.fault?.code ?? ""],
    (node) => lockedSoFar(node, step?.requestId ?? ""),
    { enabled: submit.fault !== undefined && step !== undefined },
  );
  const stands = useChain(["locked", kept.requestId], (node) => lockedSoFar(node, kept.requestId), {
    enabled: kept.requestId !== "",
  });
  const money = moneyFor(funds.data, stands.data === true || locked.data === true);
  return (
    <Section title={t("send.title")} lead={t("send.lead")}>
      <Stack>
        {money === "short" && (
          <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("send.short")}>
            {t("send.have")} <Money amount={funds.data?.have ?? 0n} denom={draft.denom} />
          </Alert>
        )}
        {stands.data && (
          <Alert icon={<IconInfoCircle aria-hidden />} title={t("send.standsTitle")}>
            {t("send.standsText")}
          </Alert>
        )}
        <Text>{t("send.signs", { count: 2 })}</Text>
        {submit.busy && step && (
          <Progress
            label={t(`send.step.${step.step}`)}
            done={step.step === "seats" ? step.posted : 0}
            total={step.step === "seats" ? step.wanted : 0}
          />
        )}
        {submit.fault && (
          <Problem
            fault={submit.fault}
            {...(locked.data !== undefined && {
              safe: t(locked.data ? lockedText(submit.fault.code) : "send.notLocked"),
            })}
            again={() => submit.run(undefined)}
          />
        )}
        {submit.fault?.code === "papers-lost" && step && (
          <Button
            component={Link}
            to={`/research/requests/${step.requestId}`}
            variant="default"
            style={{ alignSelf: "flex-start" }}
          >
            {t("send.toRequest")}
          </Button>
        )}
        <Button
          size="lg"
          disabled={money !== "enough"}
          loading={submit.busy}
          onClick={() => submit.run(undefined)}
          style={{ alignSelf: "flex-start" }}
        >
          {t(kept.requestId === "" ? "send.button" : "send.again")}
        </Button>
        <Alert icon={<IconInfoCircle aria-hidden />} title={t("send.nextTitle")}>
          {t("send.nextText")}
        </Alert>
      </Stack>
    </Section>
  );
}

import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconHandStop, IconShieldX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Fault, FaultKind } from "../core/fault";
import { useReason } from "./useReason";

const looks: Readonly<Record<FaultKind, { color: string; icon: typeof IconAlertTriangle }>> = {
  usage: { color: "yellow", icon: IconAlertTriangle },
  refused: { color: "yellow", icon: IconHandStop },
  "not-found": { color: "yellow", icon: IconAlertTriangle },
  unavailable: { color: "blue", icon: IconCloudOff },
  integrity: { color: "red", icon: IconShieldX },
  internal: { color: "red", icon: IconAlertTriangle },
};

/** What a problem shows. */
export interface ProblemProps {
  readonly fault: Fault;
  /** What stays safe, when the caller knows better than the kind of the fault does. */
  readonly safe?: string;
  /** Tries again. */
  readonly again?: (() => void) | undefined;
}

/**
 * An error in three sentences: what happened, what is safe, what to do. It is announced when it appears. Codes without
 * words of their own, and all until the words are loaded, have those of their kind; the code itself comes last.
 */
export function Problem({ fault, safe, again }: ProblemProps) {
  const { t } = useTranslation(["problem", "ui"], { useSuspense: false });
  const words = useReason();
  const { color, icon: Shape } = looks[fault.kind];
  const what = [`problem:error.${fault.code}`, `ui:problem.what.${fault.kind}`];
  // A gateway's refusal has its own code as its reason.
  const reasons = fault.reasons.filter((reason) => reason.toLowerCase().replaceAll("_", "-") !== fault.code);
  return (
    <Alert role="alert" color={color} variant="light" icon={<Shape size={26} aria-hidden />} title={t(what)}>
      <Stack gap="xs">
        {reasons.length > 0 && (
          <List>
            {reasons.map((reason) => (
              <List.Item key={reason}>{words(reason, fault.code)}</List.Item>
            ))}
          </List>
        )}
        <Text>{safe ?? t(`ui:problem.safe.${fault.kind}`)}</Text>
        <Text>{t([`problem:remedy.${fault.code}`, `ui:problem.do.${fault.kind}`])}</Text>
        <Text fz="sm">{t("ui:problem.code", { code: fault.code })}</Text>
        {again && (
          <Button variant="default" onClick={again} style={{ alignSelf: "flex-start" }}>
            {t("ui:problem.again")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

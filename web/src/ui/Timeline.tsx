import { Group, Stack, Text, ThemeIcon, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCircle, IconPlayerPlay, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** One step of a story that is told in its order. */
export interface Step {
  readonly key: string;
  readonly title: string;
  readonly state: "done" | "now" | "later" | "failed";
  /** When, who, how much. */
  readonly detail?: ReactNode;
}

const shapes = { done: IconCheck, now: IconPlayerPlay, later: IconCircle, failed: IconX };
const colours = { done: "pine", now: "pine", later: "gray", failed: "red" };

/** Steps from top to bottom; each says in words whether it is done. */
export function Timeline({ steps, label }: { steps: readonly Step[]; label: string }) {
  const { t } = useTranslation("ui");
  return (
    <Stack component="ol" aria-label={label} gap={0} m={0} p={0} style={{ listStyle: "none" }}>
      {steps.map((step, index) => {
        const Shape = shapes[step.state];
        return (
          <Group
            component="li"
            key={step.key}
            align="stretch"
            wrap="nowrap"
            gap="md"
            aria-current={step.state === "now" ? "step" : undefined}
          >
            <Stack gap={0} align="center" aria-hidden>
              <ThemeIcon
                size={32}
                radius="xl"
                color={colours[step.state]}
                variant={step.state === "done" || step.state === "failed" ? "filled" : "light"}
              >
                <Shape size={18} />
              </ThemeIcon>
              {index < steps.length - 1 && (
                <div style={{ flex: 1, width: 2, minHeight: 18, background: "var(--volens-line)" }} />
              )}
            </Stack>
            <Stack gap={2} pb="md" miw={0} flex={1}>
              <Text fw={step.state === "later" ? 400 : 600} {...(step.state === "later" && { c: "dimmed" })} lh="2rem">
                {step.title}
                <VisuallyHidden component="span">{` (${t(`step.${step.state}`)})`}</VisuallyHidden>
              </Text>
              {step.detail && (
                <Text component="div" c="dimmed">
                  {step.detail}
                </Text>
              )}
            </Stack>
          </Group>
        );
      })}
    </Stack>
  );
}

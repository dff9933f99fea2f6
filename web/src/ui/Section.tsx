import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

/** What a section has besides its content. */
export interface SectionProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page under a heading of the second order. */
export function Section({ title, lead, action, children }: SectionProps) {
  const id = useId();
  return (
    <Stack component="section" aria-labelledby={id} gap="sm">
      <Group justify="space-between" align="baseline" gap="sm">
        <Title order={2} id={id}>
          {title}
        </Title>
        {action}
      </Group>
      {lead && (
        <Text component="div" c="dimmed">
          {lead}
        </Text>
      )}
      {children}
    </Stack>
  );
}

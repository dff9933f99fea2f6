import { Card, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** What stands where nothing is yet: why, and the one thing to do about it. */
export function Empty(props: { icon: Icon; title: string; text: string; action?: ReactNode }) {
  const { icon: Shape, title, text, action } = props;
  return (
    <Card py="xl">
      <Stack align="center" gap="sm" ta="center">
        <ThemeIcon size={64} radius="xl" variant="light">
          <Shape size={32} stroke={1.5} aria-hidden />
        </ThemeIcon>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" maw="34rem">
          {text}
        </Text>
        {action}
      </Stack>
    </Card>
  );
}

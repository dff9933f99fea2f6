import { Badge, Card, Group, Stack, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** What a card shows. */
export interface LinkCardProps {
  readonly to: string;
  readonly icon: ReactNode;
  readonly title: string;
  readonly text?: ReactNode;
  readonly badge?: { readonly text: string; readonly color: string } | undefined;
}

/** A whole card that leads somewhere. */
export function LinkCard({ to, icon, title, text, badge }: LinkCardProps) {
  return (
    <Card component={Link} to={to} className="volens-link" padding="md">
      <Group wrap="nowrap" gap="md" mih={44}>
        {icon}
        <Stack gap={2} flex={1} miw={0}>
          <Text fw={600}>{title}</Text>
          {text && (
            <Text component="div" c="dimmed">
              {text}
            </Text>
          )}
          {badge && (
            <Badge color={badge.color} mt={4}>
              {badge.text}
            </Badge>
          )}
        </Stack>
        <IconChevronRight size={20} aria-hidden style={{ flex: "none" }} />
      </Group>
    </Card>
  );
}

import { Card, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One figure with its name. */
export interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** A sentence about the figure. */
  readonly hint?: ReactNode;
}

/** Figures side by side, one below the other on a phone. */
export function Stats({ items }: { items: readonly StatProps[] }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: Math.min(items.length, 4) }} spacing="sm" m={0}>
      {items.map(({ label, value, hint }) => (
        // Between the list and its parts HTML allows one element only.
        <Card key={label} padding="md">
          <Text component="dt" c="dimmed" fz="sm">
            {label}
          </Text>
          <Text component="dd" m={0} my={2} fw={650} fz="1.35rem" lh={1.25} className="volens-number">
            {value}
          </Text>
          {hint && (
            <Text component="dd" m={0} fz="sm" c="dimmed">
              {hint}
            </Text>
          )}
        </Card>
      ))}
    </SimpleGrid>
  );
}

import { Card, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataTable } from "../../ui/DataTable";
import { count } from "../../ui/format";
import type { Suits } from "./catalogue";
import { useReason } from "./useReason";

/** How many datasets each rule refuses, the rule that refuses most first. */
export function Reasons({ reasons }: { reasons: readonly (readonly [string, number])[] }) {
  const { t, i18n } = useTranslation("researcher");
  const words = useReason();
  if (reasons.length === 0) return null;
  return (
    <Card padding="md">
      <Text fw={600} mb="xs">
        {t("match.reasons")}
      </Text>
      <DataTable
        label={t("match.reasons")}
        rows={reasons}
        id={([reason]) => reason}
        columns={[
          { key: "reason", title: t("match.reason"), cell: ([reason]) => words(reason) },
          { key: "count", title: t("figure.count"), cell: ([, many]) => count(many, i18n.language), end: true },
        ]}
      />
    </Card>
  );
}

/** How many datasets there are of each verdict, and how many each reason refuses. */
export function tallied(all: Iterable<Suits>) {
  const tally = { ALLOW: 0, REFER: 0, DENY: 0 };
  const reasons = new Map<string, number>();
  for (const { verdict, reasons: why } of all) {
    tally[verdict]++;
    if (verdict === "DENY") for (const reason of why) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return { ...tally, reasons: [...reasons].sort(([, a], [, b]) => b - a) };
}

import { Badge, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Suits } from "./catalogue";
import { useReason } from "./useReason";

const colours = { ALLOW: "pine", REFER: "blue", DENY: "orange" } as const;

/** What the rules say about a dataset, with their reasons in words. */
export function Verdict({ suits }: { suits: Suits | undefined }) {
  const { t } = useTranslation("researcher");
  const words = useReason();
  if (!suits) return <>{t("verdict.unknown")}</>;
  return (
    <Stack gap={4} align="flex-start">
      <Badge color={colours[suits.verdict]}>{t(`verdict.${suits.verdict}`)}</Badge>
      {suits.reasons.map((reason) => (
        <Text key={reason} fz="sm">
          {words(reason)}
        </Text>
      ))}
    </Stack>
  );
}

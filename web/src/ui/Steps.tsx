import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Where somebody is in a row of screens: a dot for each, and words for those who do not see them. */
export function Steps({ at, of }: { at: number; of: number }) {
  const { t } = useTranslation("ui");
  return (
    <Group gap={6} wrap="nowrap">
      <Text c="dimmed" fz="sm" me={6}>
        {t("stepOf", { at, of })}
      </Text>
      {Array.from({ length: of }, (_, place) => place + 1).map((place) => (
        <span key={place} aria-hidden className={place <= at ? "volens-dot volens-dot-done" : "volens-dot"} />
      ))}
    </Group>
  );
}

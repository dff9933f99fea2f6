import { Center, Loader, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Shown while something loads; it says so to a screen reader. */
export function Waiting({ text }: { text?: string }) {
  const { t } = useTranslation("ui", { useSuspense: false });
  return (
    <Center mih="40vh" role="status">
      <Loader aria-hidden />
      <Text ms="md">{text ?? t("loading", { defaultValue: "…" })}</Text>
    </Center>
  );
}

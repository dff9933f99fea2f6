import { Center, Loader, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What a sign of waiting shows. */
export interface WaitingProps {
  readonly text?: string;
  /** It stands for a whole page: its words are the page's h1 until the page comes. */
  readonly page?: boolean;
}

/** Shown while something loads; it says so to a screen reader. */
export function Waiting({ text, page = false }: WaitingProps) {
  const { t } = useTranslation("ui", { useSuspense: false });
  return (
    <Center mih="40vh" role="status">
      <Loader aria-hidden />
      <Text ms="md" fw={400} {...(page && { component: "h1", "data-waiting": true })}>
        {text ?? t("loading", { defaultValue: "…" })}
      </Text>
    </Center>
  );
}

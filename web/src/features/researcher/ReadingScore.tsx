import { Alert, Text } from "@mantine/core";
import { IconBook2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { readability } from "../../core/readability";

/** The highest reading age that patients' texts should have: 9 to 11 (web.md, rules of consent). */
const wanted = 11;
/** Sentences should not be longer, in words. */
const longestSentence = 20;

/** How easy a text for patients reads, in the language of the page. */
export function ReadingScore({ text }: { text: string }) {
  const { t, i18n } = useTranslation("researcher");
  const found = readability(text, i18n.language === "es" ? "es" : "en");
  if (!found) return <Text c="dimmed">{t("reading.empty")}</Text>;
  const hard = found.age > wanted || found.longest > longestSentence;
  return (
    <Alert
      color={hard ? "yellow" : "pine"}
      icon={<IconBook2 aria-hidden />}
      title={t("reading.age", { age: found.age })}
      role="status"
    >
      {t(hard ? "reading.hard" : "reading.well")} {t("reading.longest", { count: found.longest })}
    </Alert>
  );
}

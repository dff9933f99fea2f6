import { Alert, Button, Card, Group, List, Stack } from "@mantine/core";
import { IconEye, IconPrinter } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Steps } from "../../../ui/Steps";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";

/** Shows the 24 words, when the person asks for them, so that she can write them down. They leave with the screen. */
export default function WordsPage() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const [words, setWords] = useState<readonly string[]>([]);
  const show = useAction(() => vault.words(), setWords);
  return (
    <Page title={t("words.title")} lead={t("words.lead")}>
      <Steps at={2} of={3} />
      <Alert color="yellow" title={t("words.careful")}>
        <List spacing={4}>
          <List.Item>{t("words.rule.paper")}</List.Item>
          <List.Item>{t("words.rule.nobody")}</List.Item>
          <List.Item>{t("words.rule.lost")}</List.Item>
        </List>
      </Alert>
      {show.fault && <Problem fault={show.fault} />}
      {words.length === 0 ? (
        <Button
          size="lg"
          leftSection={<IconEye size={22} aria-hidden />}
          loading={show.busy}
          onClick={() => show.run(undefined)}
        >
          {t("words.show")}
        </Button>
      ) : (
        <Stack>
          <Card>
            <ol className="volens-words" aria-label={t("words.list")} translate="no">
              {words.map((word, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice, its place does not
                <li key={place}>{word}</li>
              ))}
            </ol>
          </Card>
          <Group grow className="volens-noprint">
            <Button
              variant="default"
              leftSection={<IconPrinter size={20} aria-hidden />}
              onClick={() => window.print()}
            >
              {t("words.print")}
            </Button>
            <Button component={Link} to="/welcome/check">
              {t("words.next")}
            </Button>
          </Group>
        </Stack>
      )}
    </Page>
  );
}

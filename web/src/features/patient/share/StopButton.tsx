import { Button, List, Stack, Text } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Sent } from "../../../client/desk";
import { Answers } from "../../../ui/Answers";
import { Problem } from "../../../ui/Problem";
import { Sheet } from "../../../ui/Sheet";
import { useAction } from "../../shared/useAction";

/** Stops all sharing of a dataset by `run`, and says what stopping cannot do. It is free and needs nobody else. */
export function StopButton({ run }: { run: () => Promise<Sent> }) {
  const { t } = useTranslation("patient");
  const [asking, setAsking] = useState(false);
  const act = useAction(run, () => setAsking(false));
  return (
    <>
      <Button
        variant="outline"
        size="lg"
        leftSection={<IconHandStop size={20} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t("stop.action")}
      </Button>
      <Sheet opened={asking} onClose={() => setAsking(false)} title={t("stop.title")}>
        <Stack>
          <List spacing="xs">
            <List.Item>{t("stop.does")}</List.Item>
            <List.Item>{t("stop.cannot")}</List.Item>
            <List.Item>{t("stop.race")}</List.Item>
            <List.Item>{t("stop.again")}</List.Item>
          </List>
          <Text c="dimmed">{t("stop.free")}</Text>
          {act.fault && <Problem fault={act.fault} />}
          <Answers
            no={t("stop.no")}
            yes={t("stop.yes")}
            onNo={() => setAsking(false)}
            onYes={() => act.run(undefined)}
            busy={act.busy}
          />
        </Stack>
      </Sheet>
    </>
  );
}

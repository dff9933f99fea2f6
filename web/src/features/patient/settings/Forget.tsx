import { Button, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Answers } from "../../../ui/Answers";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Sheet } from "../../../ui/Sheet";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";

/** Removes the keys from this device. What is on the chain stays; the words bring everything back. */
export function Forget() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const forget = useAction(
    () => vault.forget(),
    () => void navigate({ to: "/welcome" }),
  );
  return (
    <Section title={t("settings.forget.title")} lead={t("settings.forget.lead")}>
      <Button
        variant="default"
        c="var(--mantine-color-error)"
        onClick={() => setAsking(true)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("settings.forget.action")}
      </Button>
      <Sheet opened={asking} onClose={() => setAsking(false)} title={t("settings.forget.title")}>
        <Stack>
          <Text>{t("settings.forget.text")}</Text>
          {forget.fault && <Problem fault={forget.fault} />}
          <Answers
            no={t("settings.forget.no")}
            yes={t("settings.forget.yes")}
            onNo={() => setAsking(false)}
            onYes={() => forget.run(undefined)}
            busy={forget.busy}
          />
        </Stack>
      </Sheet>
    </Section>
  );
}

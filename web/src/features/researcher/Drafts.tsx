import { Anchor, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dropDraft, type KeptDraft } from "../../client/request";
import { missing } from "../../client/requestdraft";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { Sheet } from "../../ui/Sheet";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useDrafts } from "./useDrafts";

/** Requests that are being written on this device. */
export function Drafts() {
  const { t } = useTranslation("researcher");
  const query = useDrafts();
  return (
    <Section title={t("draft.title")} lead={t("draft.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t("draft.none")}</Text>
          ) : (
            <Stack gap="sm">
              {all.map((kept) => (
                <Draft key={kept.random} kept={kept} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function Draft({ kept }: { kept: KeptDraft }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const queries = useQueryClient();
  const [asking, ask] = useState(false);
  const drop = useAction(
    () => dropDraft(desk, kept.random),
    () => void queries.invalidateQueries({ queryKey: ["drafts"] }),
  );
  const gaps = missing(kept.draft).length;
  return (
    <Card padding="md">
      <Group justify="space-between" gap="sm">
        <Stack gap={0} miw={0} flex="1 1 14rem">
          <Anchor component={Link} to="/research/requests/new" search={{ draft: kept.random } as never} fw={600}>
            {kept.draft.title.trim() || t("draft.untitled")}
          </Anchor>
          <Text c="dimmed">
            {kept.requestId !== "" && gaps === 0 ? t("draft.begun") : t("draft.gaps", { count: gaps })}
          </Text>
        </Stack>
        <Button variant="default" onClick={() => ask(true)}>
          {t("draft.remove")}
        </Button>
      </Group>
      <Sheet opened={asking} onClose={() => ask(false)} title={t("draft.removeTitle")}>
        <Stack>
          <Text>{t("draft.removeText")}</Text>
          {drop.fault && <Problem fault={drop.fault} />}
          <Group grow>
            <Button variant="default" onClick={() => ask(false)}>
              {t("draft.keep")}
            </Button>
            <Button variant="default" loading={drop.busy} onClick={() => drop.run(undefined)}>
              {t("draft.remove")}
            </Button>
          </Group>
        </Stack>
      </Sheet>
    </Card>
  );
}

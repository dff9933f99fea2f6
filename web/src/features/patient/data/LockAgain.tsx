import { Alert, Button, Card, Stack, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isActive } from "../../../client/consent";
import type { DatasetView } from "../../../client/dataset";
import { isBehind } from "../../../client/replace";
import { Section } from "../../../ui/Section";
import { useChain } from "../../shared/useChain";
import { useNow } from "../../shared/useHeight";

/** Leads to locking a dataset again, and says when that matters: after a new key of the network, and after a stop. */
export function LockAgain({ view: { consent, dataset } }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const now = useNow();
  const { data: behind } = useChain(["behind", dataset.id, dataset.version.toString()], (node) =>
    isBehind(node, dataset),
  );
  const stopped = consent !== undefined && !isActive(consent, now);
  return (
    <Section title={t("lock.section.title")}>
      <Card>
        <Stack align="flex-start">
          {behind && (
            <Alert color="yellow" title={t("lock.behind.title")} style={{ alignSelf: "stretch" }}>
              {t("lock.behind.text")}
            </Alert>
          )}
          <Text>{t(stopped ? "lock.section.stopped" : "lock.section.text")}</Text>
          <Button
            component={Link}
            to={`/data/${dataset.id}/lock`}
            variant="default"
            size="lg"
            leftSection={<IconLock size={22} aria-hidden />}
          >
            {t("lock.action")}
          </Button>
        </Stack>
      </Card>
    </Section>
  );
}

import { Button, Card, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isActive } from "../../../client/consent";
import type { DatasetView } from "../../../client/dataset";
import { Section } from "../../../ui/Section";
import { useNow } from "../../shared/useHeight";
import { PolicyList } from "./PolicyList";
import { StopButton } from "./StopButton";

/** What a dataset shares now, with Stop beside Change. Without a consent it says so. */
export function Sharing({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { consent, dataset } = view;
  const now = useNow();
  return (
    <Section title={t("sharing.title")}>
      <Card>
        {isActive(consent, now) && consent?.provision ? (
          <Stack>
            <PolicyList provision={consent.provision} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <Button
                component={Link}
                to={`/data/${dataset.id}/share`}
                variant="outline"
                size="lg"
                leftSection={<IconPencil size={20} aria-hidden />}
              >
                {t("sharing.change")}
              </Button>
              <StopButton view={view} />
            </SimpleGrid>
          </Stack>
        ) : (
          <Text>{t(consent ? "sharing.stopped" : "sharing.none")}</Text>
        )}
      </Card>
    </Section>
  );
}

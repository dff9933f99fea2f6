import { Button, Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconHeartHandshake, IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isActive, stop } from "../../../client/consent";
import type { DatasetView } from "../../../client/dataset";
import { Address } from "../../../ui/Id";
import { Section } from "../../../ui/Section";
import { useSession } from "../../shared/session";
import { useNow } from "../../shared/useHeight";
import { NotShared } from "./NotShared";
import { PolicyList } from "./PolicyList";
import { StopButton } from "./StopButton";

/** What a dataset shares now, with Stop beside Change. Without a consent it says so. */
export function Sharing({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
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
              <StopButton run={() => stop(person, dataset)} />
            </SimpleGrid>
          </Stack>
        ) : (
          <NotShared view={view} />
        )}
        {consent && (
          <Group justify="space-between" mt="md">
            <Text component="div">
              {consent.revoker ? (
                <>
                  {t("sharing.helper")} <Address value={consent.revoker} plain />
                </>
              ) : (
                t("sharing.noHelper")
              )}
            </Text>
            <Button
              component={Link}
              to={`/data/${dataset.id}/helper`}
              variant="subtle"
              leftSection={<IconHeartHandshake size={20} aria-hidden />}
            >
              {t(consent.revoker ? "sharing.changeHelper" : "sharing.addHelper")}
            </Button>
          </Group>
        )}
      </Card>
    </Section>
  );
}

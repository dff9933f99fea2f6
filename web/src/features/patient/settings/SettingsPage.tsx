import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconHeartHandshake, IconKey, IconLock, IconShieldHeart } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../../../ui/Page";
import { Section } from "../../../ui/Section";
import { useSession, useVault } from "../../shared/session";
import { LinkCard } from "../LinkCard";
import { About } from "./About";
import { Export } from "./Export";
import { Forget } from "./Forget";
import { Methods } from "./Methods";

/** Keys, ways to unlock, a copy of all records, what this app trusts, and leaving. */
export default function SettingsPage() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const state = useVault();
  return (
    <Page title={t("settings.title")}>
      <Stack gap="xl">
        <Section title={t("settings.keys.title")} lead={t("settings.keys.lead")}>
          <Card>
            <Stack gap="md">
              <Text>
                {t(state.status === "open" && state.backedUp ? "settings.keys.safe" : "settings.keys.unsafe")}
              </Text>
              <Group>
                <Button
                  component={Link}
                  to="/welcome/words"
                  variant="default"
                  leftSection={<IconKey size={20} aria-hidden />}
                >
                  {t("settings.keys.words")}
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconLock size={20} aria-hidden />}
                  onClick={() => void vault.lock()}
                >
                  {t("settings.keys.lock")}
                </Button>
              </Group>
            </Stack>
          </Card>
        </Section>
        <Methods />
        <Section title={t("settings.help.title")} lead={t("settings.help.lead")}>
          <LinkCard
            to="/data"
            icon={<IconShieldHeart size={28} stroke={1.5} aria-hidden />}
            title={t("settings.help.me")}
            text={t("settings.help.meText")}
          />
          <LinkCard
            to="/help"
            icon={<IconHeartHandshake size={28} stroke={1.5} aria-hidden />}
            title={t("settings.help.others")}
            text={t("settings.help.othersText")}
          />
        </Section>
        <Export />
        <About />
        <Forget />
      </Stack>
    </Page>
  );
}

import { Button, Card, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconEyeCheck, IconHandStop, IconLock } from "@tabler/icons-react";
import { Link, Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../../../ui/Page";
import { useVault } from "../../shared/session";

const promises = [
  { key: "locked", icon: IconLock },
  { key: "ask", icon: IconHandStop },
  { key: "see", icon: IconEyeCheck },
] as const;

/** The first screen of somebody new: what Volens promises, and the two ways in. */
export default function WelcomePage() {
  const { t } = useTranslation("patient");
  const state = useVault();
  if (state.status === "open" || state.status === "broken") return <Navigate to="/" replace />;
  return (
    <Page title={t("welcome.title")} lead={t("welcome.lead")}>
      <Card>
        <Stack gap="lg">
          {promises.map(({ key, icon: Shape }) => (
            <Group key={key} wrap="nowrap" align="flex-start" gap="md">
              <ThemeIcon size={44} radius="xl" variant="light">
                <Shape size={24} stroke={1.6} aria-hidden />
              </ThemeIcon>
              <Stack gap={2} miw={0}>
                <Title order={2} fz="1.05rem">
                  {t(`welcome.promise.${key}.title`)}
                </Title>
                <Text c="dimmed">{t(`welcome.promise.${key}.text`)}</Text>
              </Stack>
            </Group>
          ))}
        </Stack>
      </Card>
      <Stack gap="sm">
        <Button component={Link} to={state.status === "locked" ? "/" : "/welcome/key"} size="lg" fullWidth>
          {t(state.status === "locked" ? "welcome.unlock" : "welcome.begin")}
        </Button>
        <Button component={Link} to="/welcome/restore" size="lg" variant="default" fullWidth>
          {t("welcome.back")}
        </Button>
      </Stack>
    </Page>
  );
}

import { Card, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconEyeCheck, IconHandStop, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";

const promises = [
  { key: "locked", icon: IconLock },
  { key: "ask", icon: IconHandStop },
  { key: "see", icon: IconEyeCheck },
] as const;

/** The first screen of somebody new: what Volens promises. */
export default function Welcome() {
  const { t } = useTranslation("patient");
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
                <Title order={3}>{t(`welcome.promise.${key}.title`)}</Title>
                <Text c="dimmed">{t(`welcome.promise.${key}.text`)}</Text>
              </Stack>
            </Group>
          ))}
        </Stack>
      </Card>
    </Page>
  );
}

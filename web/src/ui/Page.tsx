import { Anchor, Box, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

/** What a page has besides its content. */
export interface PageProps {
  /** The only h1; it also names the document, and takes the focus when the page appears. */
  readonly title: string;
  /** One or two sentences below the title. */
  readonly lead?: ReactNode;
  /** Where "Back" leads. */
  readonly back?: string;
  /** Beside the title, at the end of the line. */
  readonly action?: ReactNode;
  /** Tables and charts need the wide measure; text is easier to read in the narrow one. */
  readonly wide?: boolean;
  readonly children?: ReactNode;
}

/** One screen: a title, one idea, at a measure that reads well. */
export function Page({ title, lead, back, action, wide, children }: PageProps) {
  const { t } = useTranslation("ui");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Volens`;
  }, [title]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Box maw={wide ? "var(--volens-wide)" : "var(--volens-page)"} mx="auto">
      {back && (
        <Anchor component={Link} to={back} underline="hover" className="volens-noprint" mb="xs" display="inline-block">
          <Group gap={6} mih={44} wrap="nowrap">
            <IconArrowLeft size={20} aria-hidden />
            {t("back")}
          </Group>
        </Anchor>
      )}
      <Stack gap="lg">
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap={6} flex="1 1 18rem" miw={0}>
            <Title order={1} ref={heading} tabIndex={-1}>
              {title}
            </Title>
            {lead && (
              <Text component="div" c="dimmed" fz="1.05rem">
                {lead}
              </Text>
            )}
          </Stack>
          {action}
        </Group>
        {children}
      </Stack>
    </Box>
  );
}

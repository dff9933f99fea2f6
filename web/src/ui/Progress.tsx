import { Progress as Bar, Group, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { size } from "./format";

/** How far long work is. */
export interface ProgressProps {
  /** What is being done. */
  readonly label: string;
  readonly done: number;
  /** 0 when it is not known. */
  readonly total: number;
  /** Whether the numbers are bytes. */
  readonly bytes?: boolean;
}

/** A bar with its share in words. A screen reader hears every tenth, not every change. */
export function Progress({ label, done, total, bytes }: ProgressProps) {
  const { t, i18n } = useTranslation("ui");
  const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
  const said = total > 0 ? t("share", { label, share: Math.floor(share / 10) * 10 }) : label;
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="sm">
        <Text fw={600}>{label}</Text>
        <Text c="dimmed" className="volens-number">
          {bytes && `${size(done, i18n.language)}${total > 0 ? ` / ${size(total, i18n.language)}` : ""}`}
          {!bytes && total > 0 && `${share} %`}
        </Text>
      </Group>
      <Bar.Root size="lg" radius="xl">
        <Bar.Section value={total > 0 ? share : 100} animated={total === 0} aria-label={label} aria-valuetext={said} />
      </Bar.Root>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Stack>
  );
}

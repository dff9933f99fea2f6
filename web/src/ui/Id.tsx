import { ActionIcon, CopyButton, Group, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { short } from "./format";

interface IdProps {
  readonly value: string;
  readonly label: string;
  readonly head: number;
  /** Without the button it fits into a sentence or a link. */
  readonly plain?: boolean | undefined;
}

function Id({ value, label, head, plain }: IdProps) {
  const { t } = useTranslation("ui");
  const text = (
    <Text component="span" ff="monospace" fz="0.95em" title={value}>
      <span aria-hidden>{short(value, head)}</span>
      <VisuallyHidden component="span">{value}</VisuallyHidden>
    </Text>
  );
  if (plain) return text;
  return (
    <Group component="span" gap={2} wrap="nowrap" display="inline-flex">
      {text}
      <CopyButton value={value} timeout={2000}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            radius="xl"
            onClick={copy}
            aria-label={t("copy", { what: label })}
          >
            {copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  );
}

/** An account's address, short, with a button that copies all of it. */
export function Address({ value, plain }: { value: string; plain?: boolean }) {
  const { t } = useTranslation("ui");
  return <Id value={value} label={t("address")} head={10} plain={plain} />;
}

/** A digest or id in hexadecimal digits, short, with a button that copies all of it. */
export function Digest({ value, plain }: { value: string; plain?: boolean }) {
  const { t } = useTranslation("ui");
  return <Id value={value} label={t("number")} head={8} plain={plain} />;
}

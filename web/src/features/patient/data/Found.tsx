import { Accordion, Alert, Button, Card, Group, List, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconLock, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { DeidAction, Inspected } from "../../../client/sealer";
import { Kind } from "../../../gen/volens/dataset/v1/dataset_pb";
import { DataTable } from "../../../ui/DataTable";
import { count, size } from "../../../ui/format";
import { Section } from "../../../ui/Section";
import { useKindName } from "../Kind";
import { changes, limitKey, ruleKey } from "./foundwords";

/** What the form needs. */
export interface FoundProps {
  readonly found: Inspected;
  readonly onLock: () => void;
  readonly onBack: () => void;
}

/** What was found and removed, before anything is locked or sent. */
export function Found({ found, onLock, onBack }: FoundProps) {
  const { t, i18n } = useTranslation("patient");
  const kindName = useKindName();
  const kind = Kind[found.kind as keyof typeof Kind] ?? Kind.UNSPECIFIED;
  const gone = sum(found.actions.filter(changes));
  return (
    <Stack gap="xl">
      <Card>
        <Group wrap="nowrap" align="flex-start" gap="md">
          <ThemeIcon size={52} radius="xl" variant="light">
            <IconShieldCheck size={30} aria-hidden />
          </ThemeIcon>
          <Stack gap={4} miw={0}>
            <Text fw={650} fz="1.15rem">
              {t("found.gone", { count: gone, number: count(gone, i18n.language) })}
            </Text>
            <Text>{t("found.searched", { count: found.searched, number: count(found.searched, i18n.language) })}</Text>
            <Text c="dimmed">{t("found.kind", { kind: kindName(kind) })}</Text>
          </Stack>
        </Group>
      </Card>
      {found.warnings.length > 0 && (
        <Alert color="yellow" title={t("found.warnings")}>
          <List>
            {found.warnings.map((warning) => (
              <List.Item key={warning}>{t([`found.warning.${warning}`, "found.warning.other"], { warning })}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Section title={t("found.files")}>
        <DataTable
          label={t("found.files")}
          rows={found.files}
          id={({ name }) => name}
          columns={[
            { key: "name", title: t("found.file.name"), cell: ({ name }) => name },
            { key: "records", title: t("found.file.records"), cell: (f) => count(f.records, i18n.language), end: true },
            { key: "size", title: t("found.file.size"), cell: (f) => size(f.bytes, i18n.language), end: true },
          ]}
        />
      </Section>
      <Accordion variant="separated" radius="lg">
        <Accordion.Item value="actions">
          <Accordion.Control>{t("found.details")}</Accordion.Control>
          <Accordion.Panel>
            <Actions actions={found.actions} />
          </Accordion.Panel>
        </Accordion.Item>
        {found.limits.length > 0 && (
          <Accordion.Item value="limits">
            <Accordion.Control>{t("found.limits")}</Accordion.Control>
            <Accordion.Panel>
              <List spacing={4}>
                {found.limits.map((limit) => (
                  <List.Item key={limit}>{t(`found.limit.${limitKey(limit) ?? "other"}`, { limit })}</List.Item>
                ))}
              </List>
            </Accordion.Panel>
          </Accordion.Item>
        )}
      </Accordion>
      <Text>{t("found.next")}</Text>
      <Text c="dimmed">{t("found.one", { origin: location.host })}</Text>
      <Group grow>
        <Button variant="default" size="lg" onClick={onBack}>
          {t("found.back")}
        </Button>
        <Button size="lg" leftSection={<IconLock size={22} aria-hidden />} onClick={onLock}>
          {t("found.lock")}
        </Button>
      </Group>
    </Stack>
  );
}

function Actions({ actions }: { actions: readonly DeidAction[] }) {
  const { t, i18n } = useTranslation("patient");
  if (actions.length === 0) return <Text>{t("found.nothing")}</Text>;
  return (
    <DataTable
      label={t("found.details")}
      rows={actions}
      id={({ format, rule, action }) => `${format} ${rule} ${action}`}
      columns={[
        { key: "what", title: t("found.action.what"), cell: (one) => <Rule action={one} /> },
        {
          key: "how",
          title: t("found.action.how"),
          cell: ({ action }) => t([`found.action.${action}`, "found.action.other"], { action }),
        },
        { key: "count", title: t("found.action.count"), cell: (a) => count(a.count, i18n.language), end: true },
      ]}
    />
  );
}

/** Where something was changed, in words, and the rule's own name for those who look it up. */
function Rule({ action }: { action: DeidAction }) {
  const { t } = useTranslation("patient");
  return (
    <Stack gap={0}>
      <span>{t(`found.rule.${ruleKey(action)}`)}</span>
      <Text component="span" lang="en" c="dimmed" fz="sm">
        {action.rule}
      </Text>
    </Stack>
  );
}

function sum(actions: readonly DeidAction[]): number {
  return actions.reduce((all, { count }) => all + count, 0);
}

import { Button, Card, Group, Stack, ThemeIcon } from "@mantine/core";
import { IconCheck, IconPrinter } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Sent } from "../../../client/desk";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { At } from "../../shared/At";

/** An answer that stands: what was said, when, and the way back. */
export function Receipt({ sent, yes, requestId }: { sent: Sent; yes: boolean; requestId: string }) {
  const { t } = useTranslation("patient");
  return (
    <Page
      title={t(yes ? "receipt.yes.title" : "receipt.no.title")}
      lead={t(yes ? "receipt.yes.text" : "receipt.no.text")}
    >
      <ReceiptCard sent={sent} rows={[[t("receipt.request"), <Digest key="request" value={requestId} />]]} />
      <Group grow className="volens-noprint">
        <Button component={Link} to="/requests" size="lg">
          {t("receipt.more")}
        </Button>
        <Button component={Link} to="/" variant="default" size="lg">
          {t("receipt.home")}
        </Button>
      </Group>
    </Page>
  );
}

/** The record of something that stands on the chain; it can be printed and looked up by anyone. */
export function ReceiptCard({ sent, rows }: { sent: Sent; rows: Parameters<typeof DefinitionList>[0]["items"] }) {
  const { t } = useTranslation("patient");
  return (
    <Card role="status">
      <Stack>
        <ThemeIcon size={52} radius="xl">
          <IconCheck size={30} aria-hidden />
        </ThemeIcon>
        <DefinitionList
          items={[
            ...rows,
            [t("receipt.when"), <At key="when" height={sent.height} />],
            [t("receipt.number"), <Digest key="number" value={sent.hash} />],
          ]}
        />
        <Button
          variant="subtle"
          className="volens-noprint"
          leftSection={<IconPrinter size={20} aria-hidden />}
          onClick={() => window.print()}
          style={{ alignSelf: "flex-start" }}
        >
          {t("receipt.print")}
        </Button>
      </Stack>
    </Card>
  );
}

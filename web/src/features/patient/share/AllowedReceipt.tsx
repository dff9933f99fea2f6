import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Sent } from "../../../client/desk";
import { Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { ReceiptCard } from "../requests/Receipt";

/** A consent that stands, with the way back. */
export function AllowedReceipt({ sent, datasetId }: { sent: Sent; datasetId: string }) {
  const { t } = useTranslation("patient");
  return (
    <Page title={t("allowed.title")} lead={t("allowed.text")}>
      <ReceiptCard sent={sent} rows={[[t("allowed.data"), <Digest key="data" value={datasetId} />]]} />
      <Group grow className="volens-noprint">
        <Button component={Link} to={`/data/${datasetId}`} size="lg">
          {t("allowed.see")}
        </Button>
        <Button component={Link} to="/requests" variant="default" size="lg">
          {t("allowed.requests")}
        </Button>
      </Group>
    </Page>
  );
}

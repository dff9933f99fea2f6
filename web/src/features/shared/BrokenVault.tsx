import { Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Fault, type PlainFault } from "../../core/fault";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";

/** Why the keys on this device cannot be opened, and the way back: the words for a damaged vault, else a new start of the page. */
export default function BrokenVault({ fault }: { fault: PlainFault }) {
  const { t } = useTranslation("shared");
  const damaged = fault.code === "vault-damaged";
  return (
    <Page title={t("broken.title")} lead={t("broken.lead")}>
      <Problem fault={Fault.from(fault)} {...(damaged && { safe: t("broken.safe") })} />
      {damaged && <Text>{t("broken.words")}</Text>}
      {damaged ? (
        <Button component={Link} to="/welcome/restore" size="lg">
          {t("broken.restore")}
        </Button>
      ) : (
        <Button size="lg" onClick={() => location.reload()}>
          {t("broken.reload")}
        </Button>
      )}
    </Page>
  );
}

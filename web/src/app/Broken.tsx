import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { asFault, Fault } from "../core/fault";
import { Page } from "../ui/Page";
import { Problem } from "../ui/Problem";

/** Shown when a screen failed: what happened, what is safe, what to do. */
export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation("ui");
  return (
    <Page title={t("broken.title")}>
      <Problem fault={asFault(error)} again={reset} />
    </Page>
  );
}

/** Shown for a path that no screen has. */
export function Missing() {
  const { t } = useTranslation("ui");
  return (
    <Page title={t("missing.title")}>
      <Problem fault={new Fault("not-found", "no-page")} />
      <Button component={Link} to="/">
        {t("missing.home")}
      </Button>
    </Page>
  );
}

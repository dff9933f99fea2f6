import { Alert, Button, Card, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { findDatasets } from "../../../client/person";
import type { Method } from "../../../client/vault";
import { wipe } from "../../../core/bytes";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Tick } from "../../../ui/Tick";
import { Waiting } from "../../../ui/Waiting";
import { useSession, useVault } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { MethodForm } from "./MethodForm";

const all = 24;

/** Brings keys and datasets back from the 24 words. Keys that are on this device already go, when the person says so. */
export default function RestorePage() {
  const { t } = useTranslation("patient");
  const session = useSession();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [right, setRight] = useState(false);
  const [replace, setReplace] = useState(false);
  const [strange, setStrange] = useState(false);
  const [searching, setSearching] = useState(false);
  // A damaged vault is mended by its words: nothing of it has to go before, unless they turn out to be others.
  const { status } = useVault();
  const others = ["locked", "open"].includes(status);
  const asked = others || strange;
  const check = useAction(
    async () => {
      // Words are checked before anything on this device is touched.
      const { parsePhrase } = await import("../../../core/wallet");
      wipe(parsePhrase(words));
      return status !== "broken" || replace || (await session.vault.canRead(words));
    },
    (fit) => {
      setStrange(!fit);
      setRight(fit);
    },
  );
  const change = (text: string) => {
    setWords(text);
    if (strange) setReplace(false);
    setStrange(false);
  };
  const restore = useAction(
    async (method: Method) => {
      if (others && replace) await session.vault.forget();
      await session.vault.restore(words, method, { dropNotes: replace });
      setWords("");
      setSearching(true);
      await findDatasets(session.person, session.known);
    },
    () => navigate({ to: "/" }),
  );
  const count = words.trim().split(/\s+/).filter(Boolean).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.run(undefined);
  };
  if (searching && restore.busy) return <Waiting page text={t("restore.searching")} />;
  if (right) {
    return (
      <Page key="lock" title={t("restore.lock")} lead={t("key.lead")}>
        {restore.fault && <Problem fault={restore.fault} again={() => setRight(false)} />}
        <MethodForm
          onChoose={restore.run}
          busy={restore.busy}
          noPasskey={restore.fault?.code === "passkey-unsupported"}
        />
      </Page>
    );
  }
  return (
    <Page key="words" title={t("restore.title")} lead={t("restore.lead")} back="/welcome">
      <Card component="form" onSubmit={submit}>
        <Stack>
          <Textarea
            label={t("restore.words")}
            description={t("restore.hint")}
            value={words}
            onChange={(event) => change(event.currentTarget.value)}
            rows={6}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
          />
          <Text c="dimmed" role="status">
            {t("restore.count", { count })}
          </Text>
          {strange && (
            <Alert role="alert" color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("restore.strange")}>
              <Stack gap="xs">
                <Text>{t("restore.strangeWhy")}</Text>
                <Text>{t("restore.strangeLost")}</Text>
                <Text>{t("restore.strangeSafe")}</Text>
              </Stack>
            </Alert>
          )}
          {asked && (
            <Tick label={t(strange ? "restore.drop" : "restore.replace")} checked={replace} onChange={setReplace} />
          )}
          {check.fault && <Problem fault={check.fault} />}
          <Button type="submit" size="lg" loading={check.busy} disabled={count !== all || (asked && !replace)}>
            {t("restore.next")}
          </Button>
        </Stack>
      </Card>
    </Page>
  );
}

import { Anchor, Button, Card, PasswordInput, Stack } from "@mantine/core";
import { IconFingerprint, IconLockOpen } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MethodKind, Unlock as UnlockMethod } from "../../client/vault";
import { asFault } from "../../core/fault";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { useSession } from "./session";

/** Opens the locked vault, by passkey or passphrase, whichever it has. */
export default function Unlock({ methods }: { methods: readonly MethodKind[] }) {
  const { t } = useTranslation("shared");
  const { vault } = useSession();
  const [passphrase, setPassphrase] = useState("");
  const unlock = useMutation({
    mutationFn: (method: UnlockMethod) => vault.unlock(method),
    onSettled: () => setPassphrase(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlock.mutate({ kind: "passphrase", passphrase });
  };
  return (
    <Page title={t("unlock.title")} lead={t("unlock.lead")}>
      <Card>
        <Stack>
          {methods.includes("passkey") && (
            <Button
              size="lg"
              leftSection={<IconFingerprint size={24} aria-hidden />}
              loading={unlock.isPending}
              onClick={() => unlock.mutate({ kind: "passkey" })}
            >
              {t("unlock.passkey")}
            </Button>
          )}
          {methods.includes("passphrase") && (
            <form onSubmit={submit}>
              <Stack>
                <PasswordInput
                  label={t("unlock.passphrase")}
                  autoComplete="current-password"
                  value={passphrase}
                  onChange={(event) => setPassphrase(event.currentTarget.value)}
                  required
                />
                <Button
                  type="submit"
                  size="lg"
                  variant={methods.includes("passkey") ? "default" : "filled"}
                  leftSection={<IconLockOpen size={22} aria-hidden />}
                  loading={unlock.isPending}
                >
                  {t("unlock.open")}
                </Button>
              </Stack>
            </form>
          )}
          {unlock.error && <Problem fault={asFault(unlock.error)} />}
        </Stack>
      </Card>
      <Anchor component={Link} to="/welcome/restore" mih={44}>
        {t("unlock.words")}
      </Anchor>
    </Page>
  );
}

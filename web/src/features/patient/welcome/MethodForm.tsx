import { Button, Card, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Method, minPassphrase } from "../../../client/vault";
import { Tick } from "../../../ui/Tick";

/** What the form needs. */
export interface MethodFormProps {
  readonly onChoose: (method: Method) => void;
  readonly busy: boolean;
  /** The device cannot do passkeys: only the passphrase is offered. */
  readonly noPasskey?: boolean;
}

/** Two ways to lock the keys on this device: by the device's own lock, or by a passphrase. */
export function MethodForm({ onChoose, busy, noPasskey = false }: MethodFormProps) {
  const { t } = useTranslation("patient");
  const [typing, setTyping] = useState(false);
  return (
    <Stack gap="md">
      {!noPasskey && (
        <Card>
          <Stack gap="sm">
            <Title order={2}>{t("key.passkey.title")}</Title>
            <Text>{t("key.passkey.text")}</Text>
            <Button
              size="lg"
              leftSection={<IconFingerprint size={24} aria-hidden />}
              loading={busy && !typing}
              disabled={busy}
              onClick={() => onChoose({ kind: "passkey", name: t("key.passkey.name") })}
            >
              {t("key.passkey.action")}
            </Button>
          </Stack>
        </Card>
      )}
      {noPasskey || typing ? (
        <PassphraseForm onChoose={onChoose} busy={busy} />
      ) : (
        <Button variant="default" size="lg" onClick={() => setTyping(true)} disabled={busy}>
          {t("key.passphrase.instead")}
        </Button>
      )}
    </Stack>
  );
}

function PassphraseForm({ onChoose, busy }: Pick<MethodFormProps, "onChoose" | "busy">) {
  const { t } = useTranslation("patient");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [shown, setShown] = useState(false);
  const [tried, setTried] = useState(false);
  const short = first.length < minPassphrase;
  const different = !shown && first !== second;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (short || different) return;
    setSecond("");
    onChoose({ kind: "passphrase", passphrase: first });
  };
  return (
    <Card component="form" onSubmit={submit}>
      <Stack gap="md">
        <Title order={2}>{t("key.passphrase.title")}</Title>
        <Text>{t("key.passphrase.text")}</Text>
        <PasswordInput
          label={t("key.passphrase.first")}
          description={t("key.passphrase.least", { count: minPassphrase })}
          autoComplete="new-password"
          visible={shown}
          onVisibilityChange={setShown}
          value={first}
          onChange={(event) => setFirst(event.currentTarget.value)}
          error={tried && short ? t("key.passphrase.least", { count: minPassphrase }) : null}
        />
        {!shown && (
          <PasswordInput
            label={t("key.passphrase.second")}
            autoComplete="new-password"
            value={second}
            onChange={(event) => setSecond(event.currentTarget.value)}
            error={tried && different ? t("key.passphrase.different") : null}
          />
        )}
        <Tick label={t("key.passphrase.show")} checked={shown} onChange={setShown} />
        <Button type="submit" size="lg" loading={busy}>
          {t("key.passphrase.action")}
        </Button>
      </Stack>
    </Card>
  );
}

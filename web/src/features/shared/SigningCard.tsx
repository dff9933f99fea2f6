import { Alert, Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Extension, extensions, presentExtensions } from "../../chain/extensions";
import { DefinitionList } from "../../ui/DefinitionList";
import { Address } from "../../ui/Id";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useSession, useSigning, useVault } from "./session";
import { useAction } from "./useAction";

/**
 * Where somebody with a role chooses who signs: the words of this device, or an extension of the browser. Extensions are
 * offered only where they are; without one, and without a choice made before, there is nothing to choose.
 */
export function SigningCard() {
  const { t } = useTranslation("sign");
  const state = useSigning();
  const present = usePresent();
  if (state.by === "loading" || (state.by === "words" && present.length === 0)) return null;
  return (
    <Section title={t("signer.title")} lead={t("signer.lead")}>
      <Card>
        <Stack>
          {state.by === "words" ? (
            <ByWords present={present} />
          ) : (
            <ByExtension extension={state.by} present={present} />
          )}
        </Stack>
      </Card>
    </Section>
  );
}

function ByWords({ present }: { present: readonly Extension[] }) {
  const { t } = useTranslation("sign");
  const vault = useVault();
  const main = vault.status === "open" ? vault.main : "";
  return (
    <>
      <DefinitionList
        items={[
          [t("signer.now"), t("signer.words")],
          [t("signer.account"), <Address key="account" value={main} />],
        ]}
      />
      <Limits name={present.map((one) => extensions[one]).join(", ")} />
      <Group>
        {present.map((extension) => (
          <Choose key={extension} extension={extension} label={t("signer.use", { name: extensions[extension] })} />
        ))}
      </Group>
    </>
  );
}

function ByExtension({ extension, present }: { extension: Extension; present: readonly Extension[] }) {
  const { t } = useTranslation("sign");
  const { signing } = useSession();
  const state = useSigning();
  const name = extensions[extension];
  const leave = useAction(() => signing.leave());
  return (
    <>
      <DefinitionList
        items={[
          [t("signer.now"), name],
          [t("signer.account"), "address" in state ? <Address key="account" value={state.address} /> : ""],
        ]}
      />
      {!present.includes(extension) && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("signer.gone", { name })}>
          {t("signer.goneText", { name })}
        </Alert>
      )}
      {"changed" in state && state.changed && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("signer.changed", { name })}>
          {t("signer.changedText", { name })}
        </Alert>
      )}
      <Limits name={name} />
      <Group>
        {present.includes(extension) && <Choose extension={extension} label={t("signer.again", { name })} />}
        <Button variant="default" loading={leave.busy} onClick={() => leave.run(undefined)}>
          {t("signer.leave")}
        </Button>
      </Group>
      {leave.fault && <Problem fault={leave.fault} />}
    </>
  );
}

/** What an extension cannot do here, and that the real ones were not tried. */
function Limits({ name }: { name: string }) {
  const { t } = useTranslation("sign");
  return (
    <>
      <Text>{t("signer.secrets", { name })}</Text>
      <Text c="dimmed">{t("signer.untested", { name })}</Text>
    </>
  );
}

function Choose({ extension, label }: { extension: Extension; label: string }) {
  const { signing } = useSession();
  const choose = useAction(() => signing.choose(extension));
  return (
    <Stack gap="sm" maw="100%">
      <Button variant="default" loading={choose.busy} onClick={() => choose.run(undefined)} w="fit-content">
        {label}
      </Button>
      {choose.fault && <Problem fault={choose.fault} again={() => choose.run(undefined)} />}
    </Stack>
  );
}

/** The extensions of this page. Some come in a moment after the page does. */
function usePresent(): readonly Extension[] {
  const [present, setPresent] = useState(() => presentExtensions());
  useEffect(() => {
    const look = () => setPresent(presentExtensions());
    const later = setTimeout(look, 1000);
    addEventListener("load", look);
    return () => {
      clearTimeout(later);
      removeEventListener("load", look);
    };
  }, []);
  return present;
}

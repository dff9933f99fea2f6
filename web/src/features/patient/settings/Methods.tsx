import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Method, MethodKind } from "../../../client/vault";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Sheet } from "../../../ui/Sheet";
import { useSession, useVault } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { MethodForm } from "../welcome/MethodForm";

/** The ways to unlock on this device: add one, take one away; the last one stays. */
export function Methods() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const state = useVault();
  const methods = state.status === "open" ? state.methods : [];
  const [adding, setAdding] = useState(false);
  const add = useAction(
    (method: Method) => vault.addMethod(method),
    () => setAdding(false),
  );
  const remove = useAction((kind: MethodKind) => vault.removeMethod(kind));
  return (
    <Section title={t("settings.methods.title")} lead={t("settings.methods.lead")}>
      <Card>
        <Stack gap="sm">
          {methods.map((kind) => (
            <Group key={kind} justify="space-between">
              <Text fw={600}>{t(`settings.methods.${kind}`)}</Text>
              {methods.length > 1 && (
                <Button variant="default" onClick={() => remove.run(kind)} loading={remove.busy}>
                  {t("settings.methods.remove")}
                </Button>
              )}
            </Group>
          ))}
          {remove.fault && <Problem fault={remove.fault} />}
          <Button variant="default" onClick={() => setAdding(true)}>
            {t("settings.methods.add")}
          </Button>
        </Stack>
      </Card>
      <Sheet opened={adding} onClose={() => setAdding(false)} title={t("settings.methods.add")}>
        <Stack>
          {add.fault && <Problem fault={add.fault} />}
          <MethodForm onChoose={add.run} busy={add.busy} noPasskey={add.fault?.code === "passkey-unsupported"} />
        </Stack>
      </Sheet>
    </Section>
  );
}

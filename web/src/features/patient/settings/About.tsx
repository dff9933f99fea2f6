import { Button, Card, Stack, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { anchorText } from "../../../client/trust";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { When } from "../../../ui/When";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useLive } from "../../shared/useHeight";

/** Which network this page speaks to, where it stands, and the header that proofs begin from. */
export function About() {
  const { t } = useTranslation("patient");
  const { status } = useLive();
  const { trust } = useSession();
  const { data } = useQuery({ queryKey: ["trust"], queryFn: () => trust.trusted(), gcTime: 0 });
  return (
    <Section title={t("settings.about.title")} lead={t("settings.about.lead")}>
      <Card>
        <Stack gap="lg">
          <DefinitionList
            items={[
              [t("settings.about.chain"), status?.chainId ?? t("settings.about.silent")],
              [
                t("settings.about.height"),
                <When key="height" height={status?.height} time={status && new Date(status.time)} />,
              ],
              [t("settings.about.origin"), location.origin],
              [t("settings.about.anchor"), data ? anchorText(data.anchor) : t("settings.about.silent")],
              [t("settings.about.how"), data && t(data.named ? "settings.about.named" : "settings.about.met")],
            ]}
          />
          <NameAnchor />
        </Stack>
      </Card>
    </Section>
  );
}

function NameAnchor() {
  const { t } = useTranslation("patient");
  const { trust } = useSession();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const name = useAction(
    () => trust.name(text),
    () => {
      setText("");
      void queries.invalidateQueries({ queryKey: ["trust"] });
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    name.run(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t("settings.about.name")}
          description={t("settings.about.nameHint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {name.fault && <Problem fault={name.fault} />}
        <Button type="submit" variant="default" loading={name.busy} style={{ alignSelf: "flex-start" }}>
          {t("settings.about.nameAction")}
        </Button>
      </Stack>
    </form>
  );
}

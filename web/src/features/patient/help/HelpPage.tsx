import { Button, Card, Stack, Text, TextInput } from "@mantine/core";
import { IconHeartHandshake } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { entrustedIds, freshNumber } from "../../../client/carer";
import { isId } from "../../../core/ids";
import { short } from "../../../ui/format";
import { Address } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { LinkCard } from "../LinkCard";

/** For somebody who helps another person: a number to give away, and the data that she may stop the sharing of. */
export default function HelpPage() {
  const { t } = useTranslation("patient");
  return (
    <Page title={t("help.title")} lead={t("help.lead")} back="/settings">
      <Stack gap="xl">
        <Own />
        <Find />
        <Known />
      </Stack>
    </Page>
  );
}

function Own() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const queries = useQueryClient();
  const [given, setGiven] = useState<readonly string[]>([]);
  const make = useAction(
    () => freshNumber(vault, given),
    ({ address }) => {
      setGiven([...given, address]);
      void queries.invalidateQueries({ queryKey: ["accounts"] });
    },
  );
  return (
    <Section title={t("help.number.title")} lead={t("help.number.lead")}>
      <Card>
        <Stack gap="xs" align="flex-start">
          {make.result && <Address value={make.result.address} />}
          {make.result && <Text>{t("help.number.give")}</Text>}
          <Button
            size="lg"
            variant={make.result ? "default" : "filled"}
            loading={make.busy}
            onClick={() => make.run(undefined)}
          >
            {t(make.result ? "help.number.another" : "help.number.show")}
          </Button>
        </Stack>
        {make.fault && <Problem fault={make.fault} />}
      </Card>
    </Section>
  );
}

function Find() {
  const { t } = useTranslation("patient");
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [tried, setTried] = useState(false);
  const wanted = id.trim().toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isId(wanted)) void navigate({ to: `/help/${wanted}` });
  };
  return (
    <Section title={t("help.find.title")}>
      <Card component="form" onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("help.find.label")}
            description={t("help.find.hint")}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={tried && !isId(wanted) ? t("help.find.wrong") : null}
            autoComplete="off"
            spellCheck={false}
          />
          <Button type="submit" variant="default" size="lg">
            {t("help.find.action")}
          </Button>
        </Stack>
      </Card>
    </Section>
  );
}

function Known() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const { data } = useQuery({ queryKey: ["entrusted"], queryFn: () => entrustedIds(vault), gcTime: 0 });
  if (!data || data.length === 0) return null;
  return (
    <Section title={t("help.known")}>
      {data.map((id) => (
        <LinkCard
          key={id}
          to={`/help/${id}`}
          icon={<IconHeartHandshake size={28} stroke={1.5} aria-hidden />}
          title={t("help.one", { number: short(id, 8) })}
        />
      ))}
    </Section>
  );
}

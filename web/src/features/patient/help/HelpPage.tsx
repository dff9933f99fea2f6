import { Button, Card, Stack, Text, TextInput } from "@mantine/core";
import { IconHeartHandshake } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { entrustedIds, freshNumber, shownNumbers } from "../../../client/carer";
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
  const { data: shown } = useQuery({
    queryKey: ["accounts", "shown"],
    queryFn: () => shownNumbers(vault),
    gcTime: 0,
  });
  const make = useAction(
    () => freshNumber(vault),
    () => void queries.invalidateQueries({ queryKey: ["accounts"] }),
  );
  const fresh = make.result?.address;
  const before = shown?.filter(({ address }) => address !== fresh) ?? [];
  const first = fresh === undefined && before.length === 0;
  return (
    <Section title={t("help.number.title")} lead={t("help.number.lead")}>
      <Card>
        <Stack gap="lg">
          {fresh !== undefined && (
            <div>
              <Address value={fresh} />
              <Text mt="xs">{t("help.number.give")}</Text>
            </div>
          )}
          {before.length > 0 && (
            <div>
              <Text mb="xs">{t("help.number.before", { count: before.length })}</Text>
              {before.map(({ address }) => (
                <Address key={address} value={address} />
              ))}
            </div>
          )}
          {make.fault && <Problem fault={make.fault} />}
          <Button
            size="lg"
            variant={first ? "filled" : "default"}
            loading={make.busy}
            disabled={shown === undefined}
            onClick={() => make.run(undefined)}
            style={{ alignSelf: "flex-start" }}
          >
            {t(first ? "help.number.show" : "help.number.another")}
          </Button>
        </Stack>
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

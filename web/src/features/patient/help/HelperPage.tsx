import { Button, Card, List, Stack, Text, TextInput } from "@mantine/core";
import { IconHeartHandshake } from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setCarer } from "../../../client/carer";
import { type DatasetView, datasetView } from "../../../client/dataset";
import { isAddress } from "../../../core/address";
import { Address, Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";

/** Names somebody who may stop the sharing of one dataset, says what she can and cannot do, and ends it. */
export default function HelperPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const query = useChain(["dataset", id], (node) => datasetView(node, id));
  return (
    <Page title={t("helper.title")} lead={t("helper.lead")} back={`/data/${id}`}>
      <Can />
      <Loaded query={query}>
        {(view) =>
          view.consent ? (
            <Stack gap="xl">
              {view.consent.revoker !== "" && <Now view={view} revoker={view.consent.revoker} />}
              <Name view={view} />
            </Stack>
          ) : (
            <Text>{t("helper.first")}</Text>
          )
        }
      </Loaded>
    </Page>
  );
}

function Can() {
  const { t } = useTranslation("patient");
  return (
    <Card>
      <List spacing="xs">
        <List.Item>{t("helper.can")}</List.Item>
        <List.Item>{t("helper.cannot")}</List.Item>
        <List.Item>{t("helper.end")}</List.Item>
        <List.Item>{t("helper.seen")}</List.Item>
      </List>
    </Card>
  );
}

/** Who may stop it now, with the way to end that. */
function Now({ view, revoker }: { view: DatasetView; revoker: string }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const end = useAction(() => setCarer(person, view.dataset, ""));
  return (
    <Section title={t("helper.now.title")}>
      <Card>
        <Stack align="flex-start">
          <Address value={revoker} />
          <Text>{t("helper.now.tell")}</Text>
          <Digest value={view.dataset.id} />
          {end.fault && <Problem fault={end.fault} />}
          <Button variant="default" size="lg" loading={end.busy} onClick={() => end.run(undefined)}>
            {t("helper.now.end")}
          </Button>
        </Stack>
      </Card>
    </Section>
  );
}

function Name({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const navigate = useNavigate();
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const { consent, dataset } = view;
  const right = isAddress(address.trim()) && address.trim() !== dataset.owner;
  const name = useAction(
    () => setCarer(person, dataset, address.trim()),
    () => navigate({ to: `/data/${dataset.id}` }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (right) name.run(undefined);
  };
  return (
    <Section title={t(consent?.revoker ? "helper.other" : "helper.name")}>
      <Card component="form" onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("helper.number")}
            description={t("helper.numberHint")}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
            error={tried && !right ? t("helper.wrong") : null}
            autoComplete="off"
            spellCheck={false}
          />
          {name.fault && <Problem fault={name.fault} />}
          <Button
            type="submit"
            size="lg"
            loading={name.busy}
            leftSection={<IconHeartHandshake size={22} aria-hidden />}
          >
            {t("helper.action")}
          </Button>
        </Stack>
      </Card>
    </Section>
  );
}

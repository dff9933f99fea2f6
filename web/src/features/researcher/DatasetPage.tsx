import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Badge, Button, Card, Group, List, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { permissionOf, offer as read } from "../../client/catalogue";
import { registration } from "../../client/organisations";
import { toHex } from "../../core/bytes";
import { Basis } from "../../gen/volens/attestation/v1/attestation_pb";
import { AIUse, DataClass, RecipientClass, SensitiveTopic } from "../../gen/volens/consent/v1/duo_pb";
import { DefinitionList } from "../../ui/DefinitionList";
import { size } from "../../ui/format";
import { Address, Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";
import { AskButton, Permission, State } from "./CataloguePage";
import { kindOf, sizeOf } from "./catalogue";
import { ModifierText } from "./ModifierText";

type Read = Awaited<ReturnType<typeof read>>;

/** One dataset on offer: what it is, what its patient allows, who vouches for it, and who holds it. */
export default function DatasetPage() {
  const { t } = useTranslation("researcher");
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const query = useChain(["dataset", id], (node) => read(node, id));
  return (
    <Page title={t("dataset.title")} back="/research/datasets" action={<AskButton />}>
      <Loaded query={query}>
        {(offer) => (
          <Stack gap="xl">
            <Facts offer={offer} />
            <Allowed offer={offer} />
            <Attestation offer={offer} />
            <Gateways offer={offer} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Facts({ offer }: { offer: Read }) {
  const { t, i18n } = useTranslation("researcher");
  const { dataset } = offer;
  return (
    <Card>
      <DefinitionList
        items={[
          [t("field.kind"), t(`kind.${kindOf(offer)}`)],
          [t("field.id"), <Digest key="id" value={dataset.id} />],
          [t("field.version"), dataset.version.toString()],
          [t("field.size"), t("field.upTo", { size: size(sizeOf(offer), i18n.language) })],
          [t("field.state"), <State key="state" offer={offer} />],
          [t("field.since"), <When key="since" height={dataset.height} />],
          [t("field.sha256"), <Digest key="sha256" value={toHex(dataset.payload?.sha256 ?? new Uint8Array())} />],
        ]}
      />
    </Card>
  );
}

function Allowed({ offer }: { offer: Read }) {
  const { t } = useTranslation("researcher");
  const provision = offer.consent?.provision;
  const policy = provision?.policy;
  if (!provision || !policy || !permissionOf(offer)) {
    return (
      <Section title={t("dataset.allowed")}>
        <Text>{t(provision ? "dataset.stopped" : "dataset.noConsent")}</Text>
      </Section>
    );
  }
  const { own, modifiers } = policy;
  const words = (values: readonly string[]) => (values.length === 0 ? t("none") : values.join(", "));
  return (
    <Section title={t("dataset.allowed")} lead={t("dataset.allowedLead")}>
      <Card>
        <DefinitionList
          items={[
            [t("field.permission"), <Permission key="permission" offer={offer} />],
            [t("field.diseases"), words(policy.diseases)],
            [
              t("field.modifiers"),
              modifiers.length === 0 ? (
                t("none")
              ) : (
                <List key="modifiers">
                  {modifiers.map((modifier) => (
                    <List.Item key={modifier.term}>
                      <ModifierText modifier={modifier} />
                    </List.Item>
                  ))}
                </List>
              ),
            ],
            [t("field.classes"), words(policy.dataClasses.map((value) => t(`class.${DataClass[value]}`)))],
            [t("field.recipients"), words(policy.recipientClasses.map((value) => t(`party.${RecipientClass[value]}`)))],
            [t("field.ai"), t(`ai.${AIUse[own?.ai ?? AIUse.AI_USE_NONE]}`)],
            [t("field.topics"), words(policy.topicsAllowed.map((value) => t(`topic.${SensitiveTopic[value]}`)))],
            [t("field.own"), <Own key="own" own={own} />],
            [
              t("field.expiry"),
              provision.expiry?.never ? (
                t("dataset.never")
              ) : (
                <When key="expiry" time={provision.expiry?.time && timestampDate(provision.expiry.time)} />
              ),
            ],
            [t("field.consent"), <When key="consent" height={offer.consent?.height} />],
          ]}
        />
      </Card>
    </Section>
  );
}

function Own({
  own,
}: {
  own: { link: boolean; recontact: boolean; returnResults: boolean; computeOnly: boolean } | undefined;
}) {
  const { t } = useTranslation("researcher");
  const codes = ["link", "recontact", "returnResults", "computeOnly"] as const;
  return (
    <List>
      <List.Item>{t("own.reid")}</List.Item>
      {codes.map((code) => (
        <List.Item key={code}>{t(`own.${code}.${own?.[code] ? "yes" : "no"}`)}</List.Item>
      ))}
    </List>
  );
}

function Attestation({ offer }: { offer: Read }) {
  const { t } = useTranslation("researcher");
  const { attestation } = offer;
  const query = useChain(["organisation", attestation?.attestor ?? ""], async (node) =>
    attestation ? ((await registration(node, attestation.attestor)) ?? null) : null,
  );
  return (
    <Section title={t("dataset.attestation")} lead={t("dataset.attestationLead")}>
      {attestation ? (
        <Card>
          <DefinitionList
            items={[
              [t("field.attestor"), <Address key="attestor" value={attestation.attestor} />],
              [t("field.country"), query.data?.organisation.country ?? t("none")],
              [t("field.basis"), t(`basis.${Basis[attestation.basis]}`)],
              [t("field.options"), attestation.optionCodes.join(", ") || t("none")],
              [t("field.tool"), attestation.toolVersion],
              [t("field.report"), <Digest key="report" value={toHex(attestation.reportSha256)} />],
              [t("field.signed"), <When key="signed" height={attestation.height} />],
              [t("field.expiry"), <When key="expiry" time={attestation.expiry && timestampDate(attestation.expiry)} />],
            ]}
          />
          <Button
            component={Link}
            to="/organisation/disputes"
            search={{ dataset: offer.dataset.id } as never}
            variant="subtle"
            mt="sm"
          >
            {t("dataset.challenge")}
          </Button>
        </Card>
      ) : (
        <Text>{t("dataset.noAttestation")}</Text>
      )}
    </Section>
  );
}

function Gateways({ offer }: { offer: Read }) {
  const { t } = useTranslation("researcher");
  const { payload, version } = offer.dataset;
  const live = new Set(offer.receipts.filter((receipt) => receipt.version === version).map(({ gateway }) => gateway));
  const complete = live.size >= (payload?.threshold ?? 1);
  return (
    <Section title={t("dataset.gateways")} lead={t(complete ? "dataset.complete" : "dataset.incomplete")}>
      <Card>
        <Stack gap="sm">
          {payload?.gateways.map(({ gateway }) => (
            <Group key={gateway} justify="space-between">
              <Address value={gateway} />
              <Badge color={live.has(gateway) ? "pine" : "orange"}>
                {t(live.has(gateway) ? "dataset.holds" : "dataset.lacks")}
              </Badge>
            </Group>
          ))}
          <Text c="dimmed">{t("dataset.threshold", { count: payload?.threshold ?? 0 })}</Text>
        </Stack>
      </Card>
    </Section>
  );
}

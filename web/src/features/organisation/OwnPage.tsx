import { Badge, Button, Card, Group, Stack } from "@mantine/core";
import { IconBuildingHospital, IconGavel } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { inspectionsOf } from "../../client/attest";
import { isAwaited } from "../../client/dataset";
import { balances } from "../../client/network";
import { type Registration, referralsTo, speaks } from "../../client/organisations";
import { toHex } from "../../core/bytes";
import { OrganisationKind, OrganisationStatus, Role } from "../../gen/volens/attestation/v1/attestation_pb";
import { DefinitionList } from "../../ui/DefinitionList";
import { Empty } from "../../ui/Empty";
import { count } from "../../ui/format";
import { Address, Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { SigningCard } from "../shared/SigningCard";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";
import { Bond, GatewayForm } from "./Bond";
import { useRegistration } from "./useRegistration";

/** What the network knows of the organisation, and what waits for it. */
export default function OwnPage() {
  const { t } = useTranslation("organisation");
  const { address } = useDesk();
  const query = useRegistration();
  return (
    <Page title={t("own.title")} lead={t("own.lead")} wide>
      <Loaded query={query}>
        {(own) =>
          own ? (
            <Stack gap="xl">
              <Waiting own={own} />
              <Registered own={own} />
              <Bond organisation={own.organisation} />
              {own.organisation.gateway && <GatewayForm gateway={own.organisation.gateway} />}
            </Stack>
          ) : (
            <Stack>
              <Empty icon={IconBuildingHospital} title={t("own.none.title")} text={t("own.none.text")} />
              <Card>
                <DefinitionList items={[[t("own.address"), <Address key="address" value={address} />]]} />
              </Card>
            </Stack>
          )
        }
      </Loaded>
      <Button
        component={Link}
        to="/organisation/disputes"
        variant="default"
        leftSection={<IconGavel size={20} aria-hidden />}
        style={{ alignSelf: "flex-start" }}
      >
        {t("disputes.title")}
      </Button>
      <SigningCard />
    </Page>
  );
}

function Waiting({ own: { organisation } }: { own: Registration }) {
  const { t, i18n } = useTranslation("organisation");
  const { address } = organisation;
  const query = useChain(["organisation-waiting", address], async (node) => {
    const [inspections, referrals] = await Promise.all([
      inspectionsOf(node, address),
      speaks(organisation, Role.ETHICS) ? referralsTo(node, address) : [],
    ]);
    return { inspections: inspections.filter(({ state }) => isAwaited(state)).length, referrals: referrals.length };
  });
  return (
    <Loaded query={query}>
      {({ inspections, referrals }) => (
        <Stats
          items={[
            { label: t("own.inspections"), value: count(inspections, i18n.language), hint: t("own.inspectionsHint") },
            { label: t("own.referrals"), value: count(referrals, i18n.language), hint: t("own.referralsHint") },
          ]}
        />
      )}
    </Loaded>
  );
}

function Registered({ own }: { own: Registration }) {
  const { t } = useTranslation("organisation");
  const { organisation } = own;
  const money = useChain(["balances", organisation.address], (node) => balances(node, organisation.address));
  const coin = (amount: { amount: string; denom: string } | undefined) =>
    amount ? <Money amount={BigInt(amount.amount || "0")} denom={amount.denom} /> : t("none");
  const gateway = useGatewayItems(own);
  return (
    <Section title={t("own.registered")}>
      <Card>
        <DefinitionList
          items={[
            [t("own.address"), <Address key="address" value={organisation.address} />],
            [t("own.kind"), t(`kind.${OrganisationKind[organisation.kind]}`)],
            [t("own.country"), organisation.country],
            [
              t("own.status"),
              <Badge key="status" color={organisation.status === OrganisationStatus.ACTIVE ? "pine" : "red"}>
                {t(`status.${OrganisationStatus[organisation.status]}`)}
              </Badge>,
            ],
            [
              t("own.roles"),
              <Group key="roles" gap={6}>
                {organisation.roles.map((role) => (
                  <Badge key={role} color="gray">
                    {t(`role.${Role[role]}`)}
                  </Badge>
                ))}
              </Group>,
            ],
            [t("own.bond"), coin(organisation.bond)],
            [t("own.locked"), coin(organisation.locked)],
            [
              t("own.balance"),
              <Group key="balance" gap="md">
                {(money.data ?? []).map(({ amount, denom }) => (
                  <Money key={denom} amount={BigInt(amount)} denom={denom} />
                ))}
              </Group>,
            ],
            ...gateway,
          ]}
        />
      </Card>
    </Section>
  );
}

/** What only a gateway has. */
function useGatewayItems({ organisation: { gateway }, heartbeat }: Registration): [string, ReactNode][] {
  const { t, i18n } = useTranslation("organisation");
  if (!gateway) return [];
  return [
    [t("own.url"), gateway.baseUrl],
    [t("own.anchor"), <When key="anchor" height={heartbeat?.height} />],
    [t("own.log"), heartbeat ? count(heartbeat.size, i18n.language) : t("none")],
    [t("own.terms"), <Digest key="terms" value={toHex(gateway.termsSha256)} />],
  ];
}

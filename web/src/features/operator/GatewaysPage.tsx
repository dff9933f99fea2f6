import { Anchor, Badge, Card, Group, Stack, Text } from "@mantine/core";
import { IconServer } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type GatewayView, gateways, parameters } from "../../client/network";
import { toHex } from "../../core/bytes";
import { OrganisationStatus } from "../../gen/volens/attestation/v1/attestation_pb";
import { DefinitionList } from "../../ui/DefinitionList";
import { Empty } from "../../ui/Empty";
import { count } from "../../ui/format";
import { Address, Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";

/** The gateways with the anchors of their access logs, which are their signs of life. */
export default function GatewaysPage() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "gateways"], async (node) => {
    const [all, status, params] = await Promise.all([gateways(node), node.status(), parameters(node)]);
    return { all, height: status.height, window: params.attestation?.heartbeatWindow ?? 0n };
  });
  return (
    <Page title={t("gateways.title")} lead={t("gateways.lead")} wide>
      <Loaded query={query}>
        {({ all, height, window }) =>
          all.length === 0 ? (
            <Empty icon={IconServer} title={t("gateways.none.title")} text={t("gateways.none.text")} />
          ) : (
            <Stack>
              {all.map((gateway) => (
                <Gateway key={gateway.organisation.address} gateway={gateway} height={height} window={window} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function Gateway(props: { gateway: GatewayView; height: bigint; window: bigint }) {
  const { t, i18n } = useTranslation("operator");
  const { organisation, heartbeat } = props.gateway;
  const age = heartbeat && props.height - heartbeat.height;
  const fresh = age !== undefined && age <= props.window;
  return (
    <Card component="section" aria-label={organisation.gateway?.baseUrl ?? organisation.address}>
      <Stack gap="sm">
        <Group justify="space-between">
          {/* Another origin: its own page, not asked from here. */}
          <Text fw={650} fz="lg">
            {organisation.gateway ? (
              <Anchor href={organisation.gateway.baseUrl} rel="noreferrer" target="_blank" inherit>
                {organisation.gateway.baseUrl}
              </Anchor>
            ) : (
              t("none")
            )}
          </Text>
          <Group gap="xs">
            {organisation.status !== OrganisationStatus.ACTIVE && <Badge color="red">{t("gateways.suspended")}</Badge>}
            <Badge color={fresh ? "pine" : "orange"}>{t(fresh ? "gateways.fresh" : "gateways.stale")}</Badge>
          </Group>
        </Group>
        <DefinitionList
          items={[
            [t("gateways.address"), <Address key="address" value={organisation.address} />],
            [t("gateways.country"), organisation.country],
            [
              t("gateways.anchor"),
              heartbeat ? (
                <span key="anchor">
                  <When height={heartbeat.height} />
                  {age !== undefined && ` (${t("gateways.age", { count: Number(age), window: props.window })})`}
                </span>
              ) : (
                t("gateways.never")
              ),
            ],
            [t("gateways.log"), heartbeat ? count(heartbeat.size, i18n.language) : t("none")],
            [t("gateways.root"), heartbeat ? <Digest key="root" value={toHex(heartbeat.root)} /> : t("none")],
            [
              t("gateways.bond"),
              organisation.bond ? (
                <Money key="bond" amount={BigInt(organisation.bond.amount)} denom={organisation.bond.denom} />
              ) : (
                t("none")
              ),
            ],
            [
              t("gateways.locked"),
              organisation.locked ? (
                <Money
                  key="locked"
                  amount={BigInt(organisation.locked.amount || "0")}
                  denom={organisation.locked.denom}
                />
              ) : (
                t("none")
              ),
            ],
          ]}
        />
      </Stack>
    </Card>
  );
}

import { Alert, Badge, Card, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { committee, margin, shareHolders } from "../../client/committee";
import { blocks, blockTime, gateways, solvency } from "../../client/network";
import { type Validator, validators, watched } from "../../client/validators";
import { KeyStatus } from "../../gen/volens/custody/v1/custody_pb";
import { DataTable } from "../../ui/DataTable";
import { count, moment } from "../../ui/format";
import { Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";
import { useLive } from "../shared/useHeight";
import { Spare } from "./Spare";

/** Where the network stands: blocks, key, validators, money. */
export default function StatusPage() {
  const { t } = useTranslation("operator");
  return (
    <Page title={t("status.title")} lead={t("status.lead")} wide>
      <Freshness />
      <Figures />
      <Validators />
      <Solvency />
    </Page>
  );
}

/** Says loudly when what the page shows is old. */
function Freshness() {
  const { t } = useTranslation("operator");
  const { state } = useLive();
  if (state === "live") return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t(`fresh.${state}.title`)} role="status">
      {t(`fresh.${state}.text`)}
    </Alert>
  );
}

function Figures() {
  const { t, i18n } = useTranslation("operator");
  const query = useChain(["network", "figures"], async (node) => {
    const [chainId, list, key, all, gates] = await Promise.all([
      node.chainId(),
      blocks(node),
      committee(node),
      validators(node),
      gateways(node),
    ]);
    return { chainId, list, key, all, gates };
  });
  return (
    <Loaded query={query}>
      {({ chainId, list, key, all, gates }) => {
        const newest = list[0];
        const pause = blockTime(list);
        const spare = key.epoch && margin(key.epoch, shareHolders(key.epoch, all));
        const keyStatus = key.key ? KeyStatus[key.key.status].toLowerCase() : "none";
        const heard = gates.filter(({ heartbeat }) => heartbeat).length;
        return (
          <Stats
            items={[
              {
                label: t("figure.height"),
                value: newest ? count(newest.height, i18n.language) : t("none"),
                hint: newest && `${chainId} · ${moment(new Date(newest.time), i18n.language)}`,
              },
              {
                label: t("figure.pause"),
                value: pause === undefined ? t("none") : t("seconds", { value: seconds(pause, i18n.language) }),
                hint: t("figure.pauseHint", { count: list.length }),
              },
              {
                label: t("figure.key"),
                value: t(`keyStatus.${keyStatus}`),
                hint: spare ? <Spare margin={spare} /> : t("figure.noKey"),
              },
              {
                label: t("figure.validators"),
                value: t("of", { part: all.filter(({ signed }) => (signed ?? 0) > 0).length, whole: all.length }),
                hint: t("figure.gateways", { part: heard, whole: gates.length }),
              },
            ]}
          />
        );
      }}
    </Loaded>
  );
}

function seconds(milliseconds: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(milliseconds / 1000);
}

function Validators() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "validators"], validators);
  return (
    <Section title={t("validators.title")} lead={t("validators.lead")}>
      <Loaded query={query}>
        {(all) => {
          const sum = all.reduce((total, { tokens, bonded }) => (bonded ? total + tokens : total), 0n);
          return (
            <DataTable
              label={t("validators.title")}
              rows={all}
              id={({ operator }) => operator}
              columns={[
                { key: "name", title: t("validators.name"), cell: ({ moniker }) => moniker },
                {
                  key: "power",
                  title: t("validators.power"),
                  cell: ({ tokens, bonded }) => (bonded ? share(tokens, sum) : t("none")),
                  end: true,
                },
                {
                  key: "stake",
                  title: t("validators.stake"),
                  cell: ({ tokens }) => <Money amount={tokens} denom="uvol" />,
                  end: true,
                },
                { key: "state", title: t("validators.state"), cell: (validator) => <Signing {...validator} /> },
              ]}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}

function share(part: bigint, whole: bigint): string {
  return whole === 0n ? "–" : `${(Number((part * 10_000n) / whole) / 100).toFixed(1)} %`;
}

/** How a validator does, in a word. */
export function Signing({ bonded, jailed, signed }: Pick<Validator, "bonded" | "jailed" | "signed">) {
  const { t } = useTranslation("operator");
  if (jailed) return <Badge color="red">{t("validators.jailed")}</Badge>;
  if (!bonded) return <Badge color="gray">{t("validators.unbonded")}</Badge>;
  const colour = signed === undefined || signed === 0 ? "red" : signed < watched ? "orange" : "pine";
  return <Badge color={colour}>{t("validators.signed", { signed: signed ?? 0, of: watched })}</Badge>;
}

function Solvency() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "solvency"], solvency);
  return (
    <Section title={t("money.title")} lead={t("money.lead")}>
      <Loaded query={query}>
        {({ solvent, account, ledgers, broken }) => (
          <Card>
            <Stack gap="sm">
              <Group>
                <Badge color={solvent ? "pine" : "red"}>{t(solvent ? "money.solvent" : "money.broken")}</Badge>
              </Group>
              {account.length === 0 && <Text>{t("money.nothing")}</Text>}
              {account.length > 0 && (
                <DataTable
                  label={t("money.title")}
                  rows={account}
                  id={({ denom }) => denom}
                  columns={[
                    {
                      key: "account",
                      title: t("money.account"),
                      cell: ({ amount, denom }) => <Money amount={BigInt(amount)} denom={denom} />,
                    },
                    {
                      key: "ledgers",
                      title: t("money.ledgers"),
                      cell: ({ denom }) => {
                        const ledger = ledgers.find((coin) => coin.denom === denom);
                        return <Money amount={BigInt(ledger?.amount ?? "0")} denom={denom} />;
                      },
                    },
                  ]}
                />
              )}
              {broken.map((requestId) => (
                <Digest key={requestId} value={requestId} />
              ))}
            </Stack>
          </Card>
        )}
      </Loaded>
    </Section>
  );
}

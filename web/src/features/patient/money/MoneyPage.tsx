import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { paid, payments, purses, type Sum, total } from "../../../client/earnings";
import type { Payment } from "../../../gen/volens/market/v1/market_pb";
import { DataTable } from "../../../ui/DataTable";
import { Empty } from "../../../ui/Empty";
import { count } from "../../../ui/format";
import { Digest } from "../../../ui/Id";
import { Money } from "../../../ui/Money";
import { Page } from "../../../ui/Page";
import { Section } from "../../../ui/Section";
import { Stats } from "../../../ui/Stat";
import { Loaded } from "../../shared/Loaded";
import { useChain } from "../../shared/useChain";
import { useAddresses } from "../useOwn";

/** What research paid, what is here, and the way to have it. */
export default function MoneyPage() {
  const { t } = useTranslation("patient");
  const addresses = useAddresses() ?? [];
  const query = useChain(["money", ...addresses], async (node) => ({
    all: await payments(node, addresses),
    here: await purses(node, addresses),
  }));
  return (
    <Page title={t("money.title")} lead={t("money.lead")}>
      <Loaded query={query}>
        {({ all, here }) => {
          const sums = total(here.flatMap(({ sums }) => sums));
          return all.length === 0 && sums.length === 0 ? (
            <Empty icon={IconCoins} title={t("money.empty.title")} text={t("money.empty.text")} />
          ) : (
            <Stack gap="xl">
              <Card>
                <Group justify="space-between" gap="md">
                  <Stack gap={0}>
                    <Text c="dimmed">{t("money.here")}</Text>
                    <Text component="div" fw={680} fz="2rem">
                      <Sums sums={sums} />
                    </Text>
                  </Stack>
                  {sums.length > 0 && (
                    <Button component={Link} to="/money/payout" size="lg">
                      {t("money.payout")}
                    </Button>
                  )}
                </Group>
              </Card>
              <Stats
                items={[
                  { label: t("money.earned"), value: <Sums sums={paid(all, "paid")} /> },
                  { label: t("money.held"), value: <Sums sums={paid(all, "held")} /> },
                ]}
              />
              <Payments all={all} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Sums of several denominations, or a word for nothing. */
export function Sums({ sums }: { sums: readonly Sum[] }) {
  const { t } = useTranslation("patient");
  if (sums.length === 0) return t("money.nothing");
  return sums.map(({ denom, amount }) => (
    <div key={denom}>
      <Money amount={amount} denom={denom} />
    </div>
  ));
}

function Payments({ all }: { all: readonly Payment[] }) {
  const { t, i18n } = useTranslation("patient");
  if (all.length === 0) return null;
  return (
    <Section title={t("money.list")}>
      <DataTable
        label={t("money.list")}
        rows={all}
        id={({ requestId, number }) => `${requestId} ${number}`}
        columns={[
          {
            key: "request",
            title: t("money.request"),
            cell: ({ requestId }) => (
              <Link to={`/requests/${requestId}`} style={{ color: "var(--mantine-color-anchor)" }}>
                <Digest value={requestId} plain />
              </Link>
            ),
          },
          {
            key: "state",
            title: t("money.state"),
            cell: ({ paid, heldUntil }) =>
              paid ? t("money.paid") : t("money.until", { height: count(heldUntil, i18n.language) }),
          },
          {
            key: "amount",
            title: t("money.amount"),
            cell: ({ amount }) => amount && <Money amount={BigInt(amount.amount)} denom={amount.denom} />,
            end: true,
          },
        ]}
      />
    </Section>
  );
}

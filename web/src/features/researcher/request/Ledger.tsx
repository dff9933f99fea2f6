import { Badge, Card, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../client/request";
import { PartRole } from "../../../gen/volens/market/v1/market_pb";
import { DataTable } from "../../../ui/DataTable";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Address } from "../../../ui/Id";
import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Section";
import { When } from "../../../ui/When";

const sums = ["deposited", "paid", "held", "refunded", "pending"] as const;

/** The money of a request: what was locked, and where it went. */
export function Ledger({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const { escrow, payments } = view;
  return (
    <Section title={t("ledger.title")} lead={t("ledger.lead")}>
      <Stack>
        {escrow && (
          <Card>
            <DefinitionList
              items={sums.map((name) => [
                t(`ledger.${name}`),
                <Money key={name} amount={BigInt(escrow[name])} denom={escrow.denom} />,
              ])}
            />
          </Card>
        )}
        {payments.length === 0 ? (
          <Text>{t("ledger.none")}</Text>
        ) : (
          <DataTable
            label={t("ledger.payments")}
            rows={payments}
            id={({ number }) => number.toString()}
            columns={[
              { key: "role", title: t("ledger.role"), cell: ({ role }) => t(`role.${PartRole[role]}`) },
              {
                key: "amount",
                title: t("ledger.amount"),
                cell: ({ amount }) =>
                  amount ? <Money amount={BigInt(amount.amount)} denom={amount.denom} /> : t("none"),
                end: true,
              },
              { key: "to", title: t("ledger.to"), cell: ({ address }) => <Address value={address} /> },
              {
                key: "seat",
                title: t("field.seat"),
                cell: ({ seat, requestWide }) => (requestWide ? t("ledger.whole") : (seat + 1n).toString()),
              },
              {
                key: "state",
                title: t("field.state"),
                cell: ({ paid, heldUntil }) =>
                  paid ? (
                    <Badge>{t("ledger.isPaid")}</Badge>
                  ) : (
                    <span>
                      <Badge color="blue">{t("ledger.isHeld")}</Badge> <When height={heldUntil} />
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Stack>
    </Section>
  );
}

import { Anchor, Button, Stack } from "@mantine/core";
import { IconCoin } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Spending, type Spent, spending, spent } from "../../client/audit";
import { utf8 } from "../../core/bytes";
import { PartRole } from "../../gen/volens/market/v1/market_pb";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Stats } from "../../ui/Stat";
import { save } from "../../ui/save";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";
import { RequestState } from "./RequestsPage";

/** What the researcher's requests cost so far: in all, by what for, and one by one. */
export default function SpendingPage() {
  const { t } = useTranslation("researcher");
  const { address } = useDesk();
  const query = useChain(["spending", address], (node) => spent(node, address));
  return (
    <Page title={t("spending.title")} lead={t("spending.lead")} wide>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={IconCoin} title={t("spending.none.title")} text={t("spending.none.text")} />
          ) : (
            <Stack gap="xl">
              {spending(all).map((sum) => (
                <Sum key={sum.denom} sum={sum} />
              ))}
              <Requests all={all} />
              <Button variant="default" onClick={() => exportCsv(all)} style={{ alignSelf: "flex-start" }}>
                {t("spending.export")}
              </Button>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function Sum({ sum }: { sum: Spending }) {
  const { t } = useTranslation("researcher");
  const money = (amount: bigint) => <Money amount={amount} denom={sum.denom} />;
  return (
    <Stack>
      <Stats
        items={[
          { label: t("spending.paid"), value: money(sum.paid), hint: t("spending.paidHint") },
          { label: t("spending.held"), value: money(sum.locked), hint: t("spending.heldHint") },
          { label: t("spending.refunded"), value: money(sum.refunded), hint: t("spending.refundedHint") },
        ]}
      />
      <Section title={t("spending.roles")}>
        <DataTable
          label={t("spending.roles")}
          rows={[...sum.roles].sort(([a], [b]) => a - b)}
          id={([role]) => PartRole[role]}
          columns={[
            { key: "role", title: t("ledger.role"), cell: ([role]) => t(`role.${PartRole[role]}`) },
            { key: "amount", title: t("ledger.amount"), cell: ([, amount]) => money(amount), end: true },
          ]}
        />
      </Section>
    </Stack>
  );
}

function Requests({ all }: { all: readonly Spent[] }) {
  const { t } = useTranslation("researcher");
  return (
    <Section title={t("spending.requests")}>
      <DataTable
        label={t("spending.requests")}
        rows={all}
        id={({ request }) => request.id}
        columns={[
          {
            key: "id",
            title: t("field.request"),
            cell: ({ request }) => (
              <Anchor component={Link} to={`/research/requests/${request.id}`}>
                <Digest value={request.id} plain />
              </Anchor>
            ),
          },
          { key: "state", title: t("field.state"), cell: ({ request }) => <RequestState state={request.state} /> },
          { key: "when", title: t("field.posted"), cell: ({ request }) => <When height={request.height} /> },
          {
            key: "paid",
            title: t("spending.cost"),
            cell: (one) => (
              <>
                {spending([one]).map(({ denom, paid, locked }) => (
                  <Money key={denom} amount={paid + locked} denom={denom} />
                ))}
              </>
            ),
            end: true,
          },
        ]}
      />
    </Section>
  );
}

/** Every payment as a line of CSV. Nothing in it was typed by anybody, so that no cell is a formula. */
function exportCsv(all: readonly Spent[]): void {
  const lines = all.flatMap(({ payments }) =>
    payments.map((one) =>
      [
        one.requestId,
        one.requestWide ? "" : one.seat,
        PartRole[one.role],
        one.address,
        one.amount?.amount,
        one.amount?.denom,
        one.paid ? "paid" : "held",
        one.heldUntil,
      ].join(","),
    ),
  );
  const head = "request,seat,role,address,amount,denom,state,held_until_height";
  save(utf8(`${[head, ...lines].join("\n")}\n`), "volens-spending.csv", "text/csv");
}

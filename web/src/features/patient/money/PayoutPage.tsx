import { Alert, Button, Card, Stack, Text, TextInput } from "@mantine/core";
import { IconArrowUpRight, IconInfoCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Sent } from "../../../client/desk";
import { type PayOutPlan, type Purse, payOut, planPayOut, purses, type Sum } from "../../../client/earnings";
import { isAddress } from "../../../core/address";
import { asFault } from "../../../core/fault";
import { Choice } from "../../../ui/Choice";
import { Empty } from "../../../ui/Empty";
import { money } from "../../../ui/format";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { ReceiptCard } from "../requests/Receipt";
import { useAddresses } from "../useOwn";

/** Moves what was earned to an address of the person's choice, one purse at a time. */
export default function PayoutPage() {
  const { t } = useTranslation("patient");
  const addresses = useAddresses() ?? [];
  const query = useChain(["purses", ...addresses], (node) => purses(node, addresses));
  const [sent, setSent] = useState<Sent>();
  if (sent) {
    return (
      <Page title={t("payout.done")} lead={t("payout.doneText")}>
        <ReceiptCard sent={sent} rows={[]} />
        <Button component={Link} to="/money">
          {t("payout.back")}
        </Button>
      </Page>
    );
  }
  return (
    <Page title={t("payout.title")} lead={t("payout.lead")} back="/money">
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={IconArrowUpRight} title={t("money.empty.title")} text={t("money.empty.text")} />
          ) : (
            <PayoutForm all={all} onSent={setSent} />
          )
        }
      </Loaded>
    </Page>
  );
}

function PayoutForm({ all, onSent }: { all: readonly Purse[]; onSent: (sent: Sent) => void }) {
  const { t, i18n } = useTranslation("patient");
  const { person } = useSession();
  const lots = all.flatMap(({ address, sums }) =>
    sums.map((sum): Sum & { from: string } => ({ ...sum, from: address })),
  );
  const name = (lot: Sum & { from: string }) => `${lot.from} ${lot.denom}`;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [to, setTo] = useState("");
  const [tried, setTried] = useState(false);
  const lot = lots.find((one) => name(one) === chosen[0]);
  const right = isAddress(to.trim()) && to.trim() !== lot?.from;
  const target = to.trim();
  const asked = lot !== undefined && right;
  const plan = useChain(
    ["payout", lot ? name(lot) : "", lot?.amount.toString() ?? "", target],
    () => planPayOut(person, lot?.from ?? "", target, lot ?? { denom: "", amount: 0n }),
    { enabled: asked },
  );
  // While another plan is awaited the one before is kept: it is of other money.
  const known = asked && !plan.isPlaceholderData ? plan.data : undefined;
  const pay = useAction(
    ({ from, arrives }: { from: string; arrives: Sum }) => payOut(person, from, target, arrives),
    onSent,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lot && known) pay.run({ from: lot.from, arrives: known.arrives });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <Choice
          label={t("payout.which")}
          options={lots.map((one) => ({
            value: name(one),
            title: money(one.amount, one.denom, i18n.language),
            text: one.from,
          }))}
          chosen={chosen}
          onChange={setChosen}
          problem={tried && !lot ? t("choose.one") : undefined}
        />
        <Card>
          <TextInput
            label={t("payout.to")}
            description={t("payout.toHint")}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={tried && !right ? t("choose.money.wrong") : null}
            autoComplete="off"
            spellCheck={false}
          />
        </Card>
        {known && <Cost plan={known} />}
        {asked && plan.error && <Problem fault={asFault(plan.error)} again={() => void plan.refetch()} />}
        <Text c="dimmed">{t("payout.final")}</Text>
        {pay.fault && <Problem fault={pay.fault} />}
        <Button
          type="submit"
          size="lg"
          loading={pay.busy || (asked && plan.isFetching && !known)}
          disabled={known !== undefined && known.short.length > 0}
        >
          {t("payout.action")}
        </Button>
      </Stack>
    </form>
  );
}

/** What the network takes for it, and what is missing to pay that. Where it takes nothing there is nothing to say. */
function Cost({ plan: { arrives, fee, short } }: { plan: PayOutPlan }) {
  const { t, i18n } = useTranslation("patient");
  if (fee.length === 0) return null;
  const words = (sums: readonly Sum[]) =>
    sums.map(({ amount, denom }) => money(amount, denom, i18n.language)).join(", ");
  return (
    <Stack gap={4} role="status">
      <Text>{t("payout.fee", { fee: words(fee) })}</Text>
      {short.length === 0 && <Text>{t("payout.arrives", { sum: words([arrives]) })}</Text>}
      {short.length > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t("payout.short")}>
          {t("payout.shortText", { sum: words(short) })}
        </Alert>
      )}
    </Stack>
  );
}

import { Button, Card, Stack, Text, TextInput } from "@mantine/core";
import { IconArrowUpRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Sent } from "../../../client/desk";
import { type Purse, payOut, purses, type Sum } from "../../../client/earnings";
import { isAddress } from "../../../core/address";
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
  const pay = useAction((one: Sum & { from: string }) => payOut(person, one.from, to.trim(), one), onSent);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lot && right) pay.run(lot);
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
        <Text c="dimmed">{t("payout.final")}</Text>
        {pay.fault && <Problem fault={pay.fault} />}
        <Button type="submit" size="lg" loading={pay.busy}>
          {t("payout.action")}
        </Button>
      </Stack>
    </form>
  );
}

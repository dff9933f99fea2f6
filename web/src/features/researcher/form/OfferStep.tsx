import { Alert, Checkbox, NumberInput, Select, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { blocks, blockTime, parameters } from "../../../client/network";
import { mostSeats } from "../../../client/requestdraft";
import { count } from "../../../ui/format";
import { AmountInput } from "../../shared/AmountInput";
import { unitName } from "../../shared/amount";
import { Loaded } from "../../shared/Loaded";
import { useChain } from "../../shared/useChain";
import { Costs } from "../Costs";
import type { StepProps } from "./step";

/** How many, for how much, until when; and what that costs in all. */
export function OfferStep({ draft, change }: StepProps) {
  const { t, i18n } = useTranslation("researcher");
  const query = useChain(["offer"], async (node) => {
    const [all, list] = await Promise.all([parameters(node), blocks(node)]);
    return { market: all.market, pause: blockTime(list) ?? 1000 };
  });
  const only = query.data?.market?.denoms.length === 1 ? query.data.market.denoms[0] : undefined;
  useEffect(() => {
    if (only && draft.denom === "") change({ denom: only });
  });
  const whole = (value: string | number) => Math.max(0, Math.trunc(Number(value) || 0));
  return (
    <Stack>
      <NumberInput
        label={t("offer.most")}
        description={t("offer.mostHint", { most: mostSeats })}
        value={draft.nMax}
        onChange={(value) => change({ nMax: whole(value), nMin: Math.min(draft.nMin, whole(value)) })}
        min={1}
        max={mostSeats}
        size="md"
        required
      />
      <NumberInput
        label={t("offer.least")}
        description={t("offer.leastHint")}
        value={draft.nMin}
        onChange={(value) => change({ nMin: whole(value) })}
        min={1}
        max={Math.max(1, draft.nMax)}
        size="md"
        required
      />
      <Loaded query={query}>
        {({ market, pause }) => (
          <>
            <Select
              label={t("offer.denom")}
              data={(market?.denoms ?? []).map((denom) => ({ value: denom, label: unitName(denom) }))}
              value={draft.denom || null}
              onChange={(denom) => change({ denom: denom ?? "" })}
              size="md"
              required
            />
            <AmountInput
              label={t("offer.price")}
              description={
                draft.denom === "" ? t("offer.priceHintFirst") : t("offer.priceHint", { denom: unitName(draft.denom) })
              }
              amount={draft.price}
              onChange={(price) => change({ price })}
            />
            <NumberInput
              label={t("offer.deadline")}
              description={t("offer.deadlineHint", {
                span: span(draft.deadlineBlocks, pause, t),
                most: count(market?.maxDuration ?? 0n, i18n.language),
              })}
              value={draft.deadlineBlocks}
              onChange={(value) => change({ deadlineBlocks: whole(value) })}
              min={1}
              max={Number(market?.maxDuration ?? 0n)}
              size="md"
              required
            />
          </>
        )}
      </Loaded>
      <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t("offer.crowd.title")}>
        <Stack gap="sm">
          {t("offer.crowd.text")}
          <Checkbox
            label={t("offer.crowd.confirm")}
            checked={draft.noCohortProtection}
            onChange={(event) => change({ noCohortProtection: event.currentTarget.checked })}
            size="md"
          />
        </Stack>
      </Alert>
      <Costs draft={draft} />
    </Stack>
  );
}

/** About how long so many blocks take. */
function span(blocks: number, pause: number, t: (key: string, options: { count: number }) => string): string {
  const minutes = Math.round((blocks * pause) / 60_000);
  if (minutes < 120) return t("offer.minutes", { count: minutes });
  if (minutes < 48 * 60) return t("offer.hours", { count: Math.round(minutes / 60) });
  return t("offer.days", { count: Math.round(minutes / 1440) });
}

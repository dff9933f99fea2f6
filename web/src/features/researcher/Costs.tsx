import { Card, Divider, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { costLines } from "../../client/check";
import type { RequestDraft } from "../../client/requestdraft";
import { Money } from "../../ui/Money";
import { Section } from "../../ui/Section";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";

/** Every line of what a request locks, before anything is signed. The sums are the chain's. */
export function Costs({ draft }: { draft: Pick<RequestDraft, "nMax" | "price" | "denom"> }) {
  const { t } = useTranslation("researcher");
  const ready = draft.price !== "" && draft.denom !== "" && draft.nMax > 0;
  const { nMax, price, denom } = draft;
  const query = useChain(["cost", String(nMax), price, denom], (node) => costLines(node, { nMax, price, denom }), {
    enabled: ready,
  });
  return (
    <Section title={t("cost.title")} lead={t("cost.lead")}>
      {!ready ? (
        <Text>{t("cost.notYet")}</Text>
      ) : (
        <Loaded query={query}>
          {({ parts, seatCharge, seats, processFee, bond, escrow }) => (
            <Card>
              <Stack gap={6}>
                <Text fw={600}>{t("cost.seat")}</Text>
                {parts.map(({ role, amount }) => (
                  <Line key={role} label={t(`part.${role}`)} amount={amount} denom={denom} />
                ))}
                <Line label={t("cost.seatSum")} amount={seatCharge} denom={denom} strong />
                <Divider my={6} />
                <Line label={t("cost.seats", { count: nMax })} amount={seats} denom={denom} />
                <Line label={t("cost.process")} amount={processFee} denom={denom} />
                <Line label={t("cost.bond")} amount={bond} denom={denom} />
                <Divider my={6} />
                <Line label={t("cost.escrow")} amount={escrow} denom={denom} strong />
                <Text c="dimmed" fz="sm">
                  {t("cost.back")}
                </Text>
              </Stack>
            </Card>
          )}
        </Loaded>
      )}
    </Section>
  );
}

function Line(props: { label: string; amount: bigint; denom: string; strong?: boolean }) {
  return (
    <div style={{ display: "flex", justifyContent: "space-between", gap: "1rem" }}>
      <Text {...(props.strong && { fw: 650 })}>{props.label}</Text>
      <Text {...(props.strong && { fw: 650 })} style={{ whiteSpace: "nowrap" }}>
        <Money amount={props.amount} denom={props.denom} />
      </Text>
    </div>
  );
}

import { Card, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type DatasetView, standing } from "../../client/dataset";
import { paid, payments } from "../../client/earnings";
import { Money } from "../../ui/Money";
import { useChain } from "../shared/useChain";
import { useAddresses } from "./useOwn";

/** How much is shared and what was earned; each leads to its screen. */
export default function Figures({ views, now }: { views: readonly DatasetView[]; now: number }) {
  const { t } = useTranslation("patient");
  const addresses = useAddresses() ?? [];
  const { data } = useChain(["payments", ...addresses], (node) => payments(node, addresses));
  const sharing = views.filter((view) => standing(view, now) === "sharing").length;
  const sums = data ? paid(data, "paid") : [];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Figure to="/data" title={t("home.sharing.title")}>
        {t("home.sharing.count", { count: sharing })}
      </Figure>
      <Figure to="/money" title={t("home.earned.title")}>
        {sums.length === 0
          ? t("home.earned.none")
          : sums.map((sum) => <Money key={sum.denom} amount={sum.amount} denom={sum.denom} />)}
      </Figure>
    </SimpleGrid>
  );
}

function Figure({ to, title, children }: { to: string; title: string; children: ReactNode }) {
  return (
    <Card component={Link} to={to} className="volens-link">
      <Stack gap={2}>
        <Text c="dimmed">{title}</Text>
        <Text component="div" fw={680} fz="1.4rem">
          {children}
        </Text>
      </Stack>
    </Card>
  );
}

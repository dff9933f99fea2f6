import { Stack } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "../../client/catalogue";
import { Chart, type ChartProps } from "../../ui/Chart";
import { DataTable } from "../../ui/DataTable";
import { count } from "../../ui/format";
import { type Cell, counted } from "./catalogue";

/** How many datasets of each kind there are under each permission, as a picture and as a table. */
export default function CatalogueChart({ offers }: { offers: readonly Offer[] }) {
  const { t, i18n } = useTranslation("researcher");
  const cells = useMemo(() => counted(offers), [offers]);
  const plot = useCallback<ChartProps["plot"]>(
    (library, width) => ({
      height: 80 + 44 * new Set(cells.map(({ kind }) => kind)).size,
      marginLeft: width < 500 ? 110 : 170,
      x: { label: t("figure.count"), tickFormat: ".0f", ticks: 5, grid: true },
      y: { label: null },
      color: { legend: true, range: palette, domain: order.map((name) => t(`figure.permission.${name}`)) },
      marks: [
        library.barX(cells, {
          x: "count",
          y: (cell: Cell) => t(`kind.${cell.kind}`),
          fill: (cell: Cell) => t(`figure.permission.${cell.permission}`),
          order: order.map((name) => t(`figure.permission.${name}`)),
          inset: 1,
        }),
        library.ruleX([0]),
      ],
    }),
    [cells, t],
  );
  return (
    <Stack>
      <Chart label={t("figure.label")} plot={plot} />
      <DataTable
        label={t("figure.label")}
        rows={cells}
        id={({ kind, permission }) => `${kind}-${permission}`}
        columns={[
          { key: "kind", title: t("field.kind"), cell: ({ kind }) => t(`kind.${kind}`) },
          {
            key: "permission",
            title: t("field.permission"),
            cell: ({ permission }) => t(`figure.permission.${permission}`),
          },
          { key: "count", title: t("figure.count"), cell: (cell) => count(cell.count, i18n.language), end: true },
        ]}
      />
    </Stack>
  );
}

const order = ["NRES", "GRU", "HMB", "DS", "POA", "none"];
/** Six colours that stay apart without red and green, each 3:1 on both grounds. */
const palette = ["#23a295", "#3b7dd8", "#7d6cd6", "#b06a00", "#b2507c", "#7d8b89"];

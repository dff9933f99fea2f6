import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { ReleaseLine } from "../../client/network";
import { JobKind } from "../../gen/volens/custody/v1/custody_pb";
import { Chart, type ChartProps } from "../../ui/Chart";

/** Releases over time: when, of what kind, and how many blocks each took. The table beside it has the same figures. */
export default function ReleaseChart({ lines }: { lines: readonly ReleaseLine[] }) {
  const { t } = useTranslation("operator");
  const most = Math.max(3, ...lines.map(took)) + 1;
  const plot = useCallback<ChartProps["plot"]>(
    (library, width) => ({
      height: width < 500 ? 220 : 300,
      marginLeft: 48,
      marginBottom: 42,
      marginRight: 24,
      insetLeft: 12,
      insetRight: 12,
      grid: true,
      x: { type: "utc", label: t("when"), ticks: width < 500 ? 3 : 6 },
      y: { label: t("releases.took"), domain: [0, most], ticks: Math.min(most, 6), tickFormat: ".0f" },
      color: { legend: true, range: palette, domain: kinds.map((kind) => t(`kind.${JobKind[kind]}`)) },
      symbol: { range: symbols, domain: kinds.map((kind) => t(`kind.${JobKind[kind]}`)) },
      marks: [
        library.ruleY([0]),
        library.dot(lines, {
          x: (line: ReleaseLine) => new Date(line.time),
          y: took,
          stroke: (line: ReleaseLine) => t(`kind.${JobKind[line.kind]}`),
          fill: (line: ReleaseLine) => t(`kind.${JobKind[line.kind]}`),
          fillOpacity: 0.35,
          symbol: (line: ReleaseLine) => t(`kind.${JobKind[line.kind]}`),
          r: 5,
          tip: false,
        }),
      ],
    }),
    [lines, most, t],
  );
  return <Chart label={t("releases.chart.label", { count: lines.length })} plot={plot} />;
}

/** How many blocks a release took. */
function took(line: ReleaseLine): number {
  return Number(line.height - line.readyHeight);
}

const kinds = [JobKind.RELEASE, JobKind.INSPECTION, JobKind.CANARY] as const;
/** Told apart by shape as well as by colour; 3:1 on both grounds. */
const palette = ["#23a295", "#b06a00", "#7d6cd6"];
const symbols = ["circle", "square", "triangle"];

import { Anchor, Badge, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../client/request";
import { Cause, SeatState } from "../../../gen/volens/custody/v1/custody_pb";
import type { QuerySeatResponse } from "../../../gen/volens/custody/v1/query_pb";
import { DecisionState } from "../../../gen/volens/market/v1/market_pb";
import { DataTable } from "../../../ui/DataTable";
import { Digest } from "../../../ui/Id";
import { Section } from "../../../ui/Section";
import { When } from "../../../ui/When";
import { useReason } from "../useReason";
import { OpenFile } from "./OpenFile";

const colours: Readonly<Partial<Record<SeatState, string>>> = {
  [SeatState.RELEASED]: "pine",
  [SeatState.ASSIGNED]: "blue",
  [SeatState.EMITTED]: "blue",
  [SeatState.REVOKING]: "orange",
  [SeatState.VOID]: "orange",
};

/** The seats of a request: for which dataset, how far, and the file when it is released. */
export function Seats({ view, own }: { view: RequestView; own: boolean }) {
  const { t } = useTranslation("researcher");
  const { seats } = view;
  return (
    <Section title={t("seats.title")} lead={t("seats.lead")}>
      {seats.length === 0 ? (
        <Text>{t("seats.none")}</Text>
      ) : (
        <DataTable
          label={t("seats.title")}
          rows={seats}
          id={({ seat }) => (seat?.index ?? 0n).toString()}
          columns={[
            { key: "seat", title: t("field.seat"), cell: ({ seat }) => ((seat?.index ?? 0n) + 1n).toString() },
            { key: "state", title: t("field.state"), cell: (answer) => <SeatBadge answer={answer} /> },
            {
              key: "dataset",
              title: t("field.dataset"),
              cell: ({ seat }) =>
                seat?.datasetId ? (
                  <Anchor component={Link} to={`/research/datasets/${seat.datasetId}`}>
                    <Digest value={seat.datasetId} plain />
                  </Anchor>
                ) : (
                  t("none")
                ),
            },
            {
              key: "ready",
              title: t("field.ready"),
              cell: ({ job, release }) => <When height={release?.readyHeight ?? job?.readyHeight} />,
            },
            { key: "emitted", title: t("field.emitted"), cell: ({ emission }) => <When height={emission?.height} /> },
            { key: "released", title: t("field.released"), cell: ({ release }) => <When height={release?.height} /> },
          ]}
        />
      )}
      {own && (
        <Stack>
          {seats
            .filter(({ release }) => release)
            .map(({ seat, release }) =>
              seat && release ? (
                <OpenFile key={seat.index.toString()} release={release} denom={view.request.spec?.price?.denom ?? ""} />
              ) : null,
            )}
        </Stack>
      )}
    </Section>
  );
}

function SeatBadge({ answer: { seat } }: { answer: QuerySeatResponse }) {
  const { t } = useTranslation("researcher");
  if (!seat) return null;
  return (
    <span>
      <Badge color={colours[seat.state] ?? "gray"}>{t(`seatState.${SeatState[seat.state]}`)}</Badge>
      {seat.state === SeatState.VOID && ` ${t(`cause.${Cause[seat.cause]}`)}`}
    </span>
  );
}

/** What patients answered. Accounts are pseudonyms, one for each dataset. */
export function Answers({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const words = useReason();
  return (
    <Section title={t("answers.title")} lead={t("answers.lead")}>
      {view.decisions.length === 0 ? (
        <Text>{t("answers.none")}</Text>
      ) : (
        <DataTable
          label={t("answers.title")}
          rows={view.decisions}
          id={({ datasetId }) => datasetId}
          columns={[
            { key: "dataset", title: t("field.dataset"), cell: ({ datasetId }) => <Digest value={datasetId} /> },
            {
              key: "state",
              title: t("field.state"),
              cell: ({ state }) => <Badge color="gray">{t(`decision.${DecisionState[state]}`)}</Badge>,
            },
            {
              key: "reasons",
              title: t("answers.reasons"),
              cell: ({ reasons }) => (reasons.length === 0 ? t("none") : reasons.map(words).join(" ")),
            },
            { key: "height", title: t("field.answered"), cell: ({ height }) => <When height={height} /> },
          ]}
        />
      )}
    </Section>
  );
}

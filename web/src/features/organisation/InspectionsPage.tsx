import { Anchor, Badge, SegmentedControl, Stack } from "@mantine/core";
import { IconMicroscope } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { inspectionsOf } from "../../client/attest";
import { isAwaited } from "../../client/dataset";
import { Role } from "../../gen/volens/attestation/v1/attestation_pb";
import { type Inspection, InspectionState } from "../../gen/volens/custody/v1/custody_pb";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";
import { useChecked } from "../shared/useChecked";
import { NeedsRole } from "./NeedsRole";

const shows = ["open", "all"] as const;
const queueSearch = z.object({ show: z.enum(shows).catch("open").default("open") });

/** What patients asked the organisation to inspect. */
export default function InspectionsPage() {
  const { t } = useTranslation("organisation");
  return (
    <Page title={t("inspections.title")} lead={t("inspections.lead")} wide>
      <NeedsRole roles={[Role.ATTESTOR, Role.ARBITER]}>
        <Queue />
      </NeedsRole>
    </Page>
  );
}

function Queue() {
  const { t } = useTranslation("organisation");
  const { show } = useChecked(queueSearch);
  const navigate = useNavigate();
  const { address } = useDesk();
  const query = useChain(["inspections", address], (node) => inspectionsOf(node, address));
  return (
    <Stack>
      <SegmentedControl
        value={show}
        onChange={(next) => void navigate({ to: ".", search: { show: next } as never, replace: true })}
        aria-label={t("inspections.show")}
        data={shows.map((value) => ({ value, label: t(`inspections.shows.${value}`) }))}
        styles={{ label: { minHeight: 44, display: "grid", placeItems: "center" } }}
        style={{ alignSelf: "flex-start" }}
      />
      <Loaded query={query}>
        {(all) => {
          const rows = all.filter(({ state }) => show === "all" || isAwaited(state));
          if (rows.length > 0) return <Rows rows={rows} />;
          return <Empty icon={IconMicroscope} title={t("inspections.none.title")} text={t("inspections.none.text")} />;
        }}
      </Loaded>
    </Stack>
  );
}

function Rows({ rows }: { rows: readonly Inspection[] }) {
  const { t } = useTranslation("organisation");
  return (
    <DataTable
      label={t("inspections.title")}
      rows={rows}
      id={({ id }) => id}
      columns={[
        {
          key: "id",
          title: t("inspections.one"),
          cell: ({ id }) => (
            <Anchor component={Link} to={`/organisation/inspections/${id}`}>
              <Digest value={id} plain />
            </Anchor>
          ),
        },
        {
          key: "dataset",
          title: t("inspections.dataset"),
          cell: ({ datasetId }) => <Digest value={datasetId} plain />,
        },
        { key: "version", title: t("inspections.version"), cell: ({ version }) => version.toString() },
        { key: "state", title: t("own.status"), cell: ({ state }) => <InspectionBadge state={state} /> },
        {
          key: "deadline",
          title: t("inspections.deadline"),
          cell: ({ deadline }) => (deadline > 0n ? <When height={deadline} /> : t("none")),
        },
      ]}
    />
  );
}

const colours: Readonly<Partial<Record<InspectionState, string>>> = {
  [InspectionState.REQUESTED]: "blue",
  [InspectionState.ACCEPTED]: "blue",
  [InspectionState.RELEASED]: "blue",
  [InspectionState.ATTESTED]: "pine",
};

/** Where an inspection stands, in a word. */
export function InspectionBadge({ state }: { state: InspectionState }) {
  const { t } = useTranslation("organisation");
  return <Badge color={colours[state] ?? "gray"}>{t(`inspectionState.${InspectionState[state]}`)}</Badge>;
}

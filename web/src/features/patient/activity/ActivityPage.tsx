import { Stack } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { openings } from "../../../client/activity";
import type { DatasetView } from "../../../client/dataset";
import { JobKind } from "../../../gen/volens/custody/v1/custody_pb";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/Page";
import { Loaded } from "../../shared/Loaded";
import { useChain } from "../../shared/useChain";
import { KindIcon, useKindName } from "../Kind";
import { LinkCard } from "../LinkCard";
import { useDatasets } from "../useOwn";

/** For each dataset, how often it was opened. */
export default function ActivityPage() {
  const { t } = useTranslation("patient");
  const query = useDatasets();
  return (
    <Page title={t("activity.title")} lead={t("activity.lead")}>
      <Loaded query={query}>
        {(views) =>
          views.length === 0 ? (
            <Empty icon={IconEyeOff} title={t("data.empty.title")} text={t("activity.empty")} />
          ) : (
            <Stack gap="sm">
              {views.map((view) => (
                <OpenedCard key={view.dataset.id} view={view} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function OpenedCard({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const kindName = useKindName();
  const { id, payload } = view.dataset;
  const { data } = useChain(["openings", id], (node) => openings(node, id));
  const count = data?.filter(({ emission }) => emission.kind === JobKind.RELEASE).length;
  return (
    <LinkCard
      to={`/activity/${id}`}
      icon={<KindIcon kind={payload?.kind ?? 0} />}
      title={kindName(payload?.kind ?? 0)}
      text={count === undefined ? t("activity.loading") : t("activity.count", { count })}
    />
  );
}

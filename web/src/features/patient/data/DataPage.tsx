import { Button, Stack } from "@mantine/core";
import { IconCirclePlus, IconDatabase } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type DatasetView, standing } from "../../../client/dataset";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/Page";
import { At } from "../../shared/At";
import { Loaded } from "../../shared/Loaded";
import { useNow } from "../../shared/useHeight";
import { KindIcon, useKindName } from "../Kind";
import { LinkCard } from "../LinkCard";
import { useDatasets } from "../useOwn";
import { standingColour } from "./standing";

/** All own datasets with where they stand. */
export default function DataPage() {
  const { t } = useTranslation("patient");
  const query = useDatasets();
  return (
    <Page
      title={t("data.title")}
      action={
        <Button component={Link} to="/data/add" leftSection={<IconCirclePlus size={22} aria-hidden />}>
          {t("home.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(views) =>
          views.length === 0 ? (
            <Empty icon={IconDatabase} title={t("data.empty.title")} text={t("data.empty.text")} />
          ) : (
            <Stack gap="sm">
              {views.map((view) => (
                <DatasetCard key={view.dataset.id} view={view} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function DatasetCard({ view }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const kindName = useKindName();
  const state = standing(view, useNow());
  const { id, payload, height } = view.dataset;
  return (
    <LinkCard
      to={`/data/${id}`}
      icon={<KindIcon kind={payload?.kind ?? 0} />}
      title={kindName(payload?.kind ?? 0)}
      text={<At height={height} />}
      badge={{ text: t(`standing.${state}`), color: standingColour[state] }}
    />
  );
}

import { Checkbox, MultiSelect, Select, SimpleGrid } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { permissionNames } from "../../core/duo/term";
import { type CatalogueSearch, kindNames, orders, tidy } from "./search";
import { useDrafts } from "./useDrafts";

/** What of the catalogue is shown. Every choice stands in the address of the page, so that it can be kept and sent. */
export function Filters({ search }: { search: CatalogueSearch }) {
  const { t } = useTranslation("researcher");
  const navigate = useNavigate();
  const drafts = useDrafts();
  const change = (part: Partial<CatalogueSearch>) =>
    void navigate({ to: ".", search: tidy({ ...search, page: 1, ...part }) as never, replace: true });
  const names = drafts.data ?? [];
  return (
    <SimpleGrid component="search" cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" aria-label={t("filter.label")}>
      <MultiSelect
        label={t("field.kind")}
        placeholder={search.kind.length === 0 ? t("filter.all") : undefined}
        data={kindNames.map((value) => ({ value, label: t(`kind.${value}`) }))}
        value={search.kind}
        onChange={(kind) => change({ kind: kind as CatalogueSearch["kind"] })}
        size="md"
        clearable
        clearButtonProps={{ "aria-label": t("filter.clear") }}
      />
      <MultiSelect
        label={t("field.permission")}
        placeholder={search.permission.length === 0 ? t("filter.all") : undefined}
        data={permissionNames.map((value) => ({ value, label: `${value}: ${t(`permission.${value}`)}` }))}
        value={search.permission}
        onChange={(permission) => change({ permission: permission as CatalogueSearch["permission"] })}
        size="md"
        clearable
        clearButtonProps={{ "aria-label": t("filter.clear") }}
      />
      <Select
        label={t("filter.suits")}
        placeholder={t(names.length === 0 ? "filter.noDrafts" : "filter.anyPurpose")}
        disabled={names.length === 0}
        data={names.map(({ random, draft }) => ({ value: random, label: draft.title.trim() || t("draft.untitled") }))}
        value={search.draft || null}
        onChange={(draft) => change({ draft: draft ?? "" })}
        size="md"
        clearable
        clearButtonProps={{ "aria-label": t("filter.clear") }}
      />
      <Select
        label={t("filter.order")}
        data={orders.map((value) => ({ value, label: t(`order.${value}`) }))}
        value={search.order}
        onChange={(order) => order && change({ order: order as CatalogueSearch["order"] })}
        allowDeselect={false}
        size="md"
      />
      <Checkbox
        label={t("filter.attested")}
        checked={search.attested}
        onChange={(event) => change({ attested: event.currentTarget.checked })}
        size="md"
        styles={{ body: { minHeight: 44, alignItems: "center" } }}
      />
    </SimpleGrid>
  );
}

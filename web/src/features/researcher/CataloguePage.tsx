import { Alert, Anchor, Badge, Button, Group, Pagination, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconDatabaseSearch, IconInfoCircle } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { attested, consents, mostLooked, type Offer, permissionOf } from "../../client/catalogue";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { count, size } from "../../ui/format";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Progress } from "../../ui/Progress";
import { Waiting } from "../../ui/Waiting";
import { When } from "../../ui/When";
import { useChecked } from "../shared/useChecked";
import { filtered, kindOf, rowsAPage, type Suits, sizeOf } from "./catalogue";
import { Filters } from "./Filters";
import { Reasons, tallied } from "./Reasons";
import { type CatalogueSearch, catalogueSearch, tidy } from "./search";
import { useOffers } from "./useOffers";
import { useSuits } from "./useSuits";
import { Verdict } from "./Verdict";

const CatalogueChart = lazy(() => import("./CatalogueChart"));

/** The datasets on offer, by kind, size and permission. Rows are pseudonyms: nothing here says who somebody is. */
export default function CataloguePage() {
  const { t, i18n } = useTranslation("researcher");
  const search = useChecked(catalogueSearch);
  const { offers, fault, reading, cut, again } = useOffers();
  const suits = useSuits(search.draft, offers);
  const shown = useMemo(() => filtered(offers, search, Date.now(), suits.data), [offers, search, suits.data]);
  return (
    <Page title={t("catalogue.title")} lead={t("catalogue.lead")} wide>
      <Filters search={search} />
      {fault && <Problem fault={fault} again={again} />}
      {suits.fault && <Problem fault={suits.fault} again={suits.again} />}
      {reading && <Progress label={t("catalogue.reading")} done={offers.length} total={0} />}
      {cut && (
        <Alert icon={<IconInfoCircle aria-hidden />} title={t("catalogue.cut.title")}>
          {t("catalogue.cut.text", { count: mostLooked })}
        </Alert>
      )}
      <Text role="status" fw={600}>
        {t("catalogue.found", {
          count: shown.length,
          shown: count(shown.length, i18n.language),
          looked: count(offers.length, i18n.language),
        })}
      </Text>
      {shown.length === 0 && !reading && !fault ? (
        <Empty icon={IconDatabaseSearch} title={t("catalogue.none.title")} text={t("catalogue.none.text")} />
      ) : (
        <Found offers={shown} search={search} suits={suits.data} />
      )}
      {suits.data && <Reasons reasons={tallied(suits.data.values()).reasons} />}
    </Page>
  );
}

function Found(props: {
  offers: readonly Offer[];
  search: CatalogueSearch;
  suits: ReadonlyMap<string, Suits> | undefined;
}) {
  const { t } = useTranslation("researcher");
  const [view, setView] = useState("table");
  return (
    <Stack gap="lg">
      <SegmentedControl
        value={view}
        onChange={setView}
        aria-label={t("catalogue.view")}
        data={["table", "figure"].map((value) => ({ value, label: t(`catalogue.views.${value}`) }))}
        styles={{ label: { minHeight: 44, display: "grid", placeItems: "center" } }}
        style={{ alignSelf: "flex-start" }}
      />
      {view === "figure" ? (
        <Suspense fallback={<Waiting />}>
          <CatalogueChart offers={props.offers} />
        </Suspense>
      ) : (
        <Rows {...props} />
      )}
    </Stack>
  );
}

function Rows({ offers, search, suits }: Parameters<typeof Found>[0]) {
  const { t, i18n } = useTranslation("researcher");
  const navigate = useNavigate();
  const pages = Math.max(1, Math.ceil(offers.length / rowsAPage));
  const page = Math.min(search.page, pages);
  const rows = offers.slice((page - 1) * rowsAPage, page * rowsAPage);
  return (
    <Stack>
      <DataTable
        label={t("catalogue.title")}
        rows={rows}
        id={({ dataset }) => dataset.id}
        columns={[
          {
            key: "kind",
            title: t("field.kind"),
            cell: (offer) => (
              <Anchor component={Link} to={`/research/datasets/${offer.dataset.id}`}>
                {t(`kind.${kindOf(offer)}`)}
              </Anchor>
            ),
          },
          { key: "id", title: t("field.id"), cell: ({ dataset }) => <Digest value={dataset.id} plain /> },
          {
            key: "size",
            title: t("field.size"),
            cell: (offer) => t("field.upTo", { size: size(sizeOf(offer), i18n.language) }),
            end: true,
          },
          { key: "permission", title: t("field.permission"), cell: (offer) => <Permission offer={offer} /> },
          { key: "state", title: t("field.state"), cell: (offer) => <State offer={offer} /> },
          ...(suits
            ? [
                {
                  key: "suits",
                  title: t("field.suits"),
                  cell: ({ dataset }: Offer) => <Verdict suits={suits.get(dataset.id)} />,
                },
              ]
            : []),
          { key: "since", title: t("field.since"), cell: ({ dataset }) => <When height={dataset.height} /> },
        ]}
      />
      {pages > 1 && (
        <nav aria-label={t("pages.label")}>
          <Pagination
            total={pages}
            value={page}
            onChange={(next) => void navigate({ to: ".", search: tidy({ ...search, page: next }) as never })}
            size="lg"
            getItemProps={(next) => ({ "aria-label": t("pages.page", { page: next }) })}
            getControlProps={(control) => ({ "aria-label": t(`pages.${control}`) })}
          />
        </nav>
      )}
    </Stack>
  );
}

/** What a patient allows, by the name of DUO and in words. */
export function Permission({ offer }: { offer: Offer }) {
  const { t } = useTranslation("researcher");
  const name = permissionOf(offer);
  if (!name) return <>{t("permission.none")}</>;
  return (
    <span>
      <Badge color="gray">{name}</Badge> {t(`permission.${name}`)}
    </span>
  );
}

/** Whether an offer could be asked for at all, in words. */
export function State({ offer }: { offer: Offer }) {
  const { t } = useTranslation("researcher");
  const now = Date.now();
  return (
    <Group gap={6}>
      <Badge color={consents(offer, now) ? "pine" : "gray"}>
        {t(consents(offer, now) ? "state.consented" : "state.notConsented")}
      </Badge>
      <Badge color={attested(offer, now) ? "pine" : "gray"}>
        {t(attested(offer, now) ? "state.attested" : "state.notAttested")}
      </Badge>
      {offer.challenged && <Badge color="orange">{t("state.challenged")}</Badge>}
    </Group>
  );
}

/** Leads to the form for a request. */
export function AskButton() {
  const { t } = useTranslation("researcher");
  return (
    <Button component={Link} to="/research/requests/new">
      {t("request.new")}
    </Button>
  );
}

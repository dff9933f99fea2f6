import { Anchor, Badge, Pagination, Stack } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { requests } from "../../client/request";
import { type Request, State } from "../../gen/volens/market/v1/market_pb";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";
import { AskButton } from "./CataloguePage";
import { rowsAPage } from "./catalogue";
import { Drafts } from "./Drafts";

/** The researcher's own requests, the newest first. */
export default function RequestsPage() {
  const { t } = useTranslation("researcher");
  const { address } = useDesk();
  const query = useChain(["own-requests", address], (node) => requests(node, { researcher: address }));
  return (
    <Page title={t("request.title")} lead={t("request.lead")} action={<AskButton />} wide>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={IconFileText} title={t("request.none.title")} text={t("request.none.text")} />
          ) : (
            <Requests all={all.toSorted((a, b) => (a.height < b.height ? 1 : -1))} />
          )
        }
      </Loaded>
      <Drafts />
    </Page>
  );
}

const colours: Readonly<Partial<Record<State, string>>> = {
  [State.SUBMITTED]: "orange",
  [State.OPEN]: "blue",
  [State.RELEASING]: "blue",
  [State.CANCELLED]: "gray",
  [State.FAILED_SHORT]: "gray",
};

/** Where a request stands, in a word. */
export function RequestState({ state }: { state: State }) {
  const { t } = useTranslation("researcher");
  return <Badge color={colours[state] ?? "pine"}>{t(`requestState.${State[state]}`)}</Badge>;
}

function Requests({ all }: { all: readonly Request[] }) {
  const { t } = useTranslation("researcher");
  const [page, setPage] = useState(1);
  const pages = Math.ceil(all.length / rowsAPage);
  return (
    <Stack>
      <DataTable
        label={t("request.title")}
        rows={all.slice((page - 1) * rowsAPage, page * rowsAPage)}
        id={({ id }) => id}
        columns={[
          {
            key: "id",
            title: t("field.request"),
            cell: ({ id }) => (
              <Anchor component={Link} to={`/research/requests/${id}`}>
                <Digest value={id} plain />
              </Anchor>
            ),
          },
          { key: "state", title: t("field.state"), cell: ({ state }) => <RequestState state={state} /> },
          {
            key: "price",
            title: t("field.price"),
            cell: ({ spec }) =>
              spec?.price ? <Money amount={BigInt(spec.price.amount)} denom={spec.price.denom} /> : t("none"),
            end: true,
          },
          {
            key: "seats",
            title: t("field.seats"),
            cell: ({ spec, yes, won, released }) =>
              t("request.tally", { yes: Number(yes), won: Number(won), released: Number(released), most: spec?.nMax }),
          },
          { key: "height", title: t("field.posted"), cell: ({ height }) => <When height={height} /> },
          { key: "deadline", title: t("field.deadline"), cell: ({ spec }) => <When height={spec?.deadline} /> },
        ]}
      />
      {pages > 1 && (
        <nav aria-label={t("pages.label")}>
          <Pagination
            total={pages}
            value={page}
            onChange={setPage}
            size="lg"
            getItemProps={(next) => ({ "aria-label": t("pages.page", { page: next }) })}
            getControlProps={(control) => ({ "aria-label": t(`pages.${control}`) })}
          />
        </nav>
      )}
    </Stack>
  );
}

import { Text } from "@mantine/core";
import { IconFlask2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { DatasetView } from "../../../client/dataset";
import { askedOf, fitting } from "../../../client/decide";
import { State } from "../../../gen/volens/market/v1/market_pb";
import { Loaded } from "../../shared/Loaded";
import { usePurpose } from "../../shared/request/words";
import { useChain } from "../../shared/useChain";
import { LinkCard } from "../LinkCard";
import { useAddresses } from "../useOwn";

/** Open requests that the rules allow for one of these datasets, and that have no answer yet. */
export default function OpenRequests({ views }: { views: readonly DatasetView[] }) {
  const { t } = useTranslation("patient");
  const purpose = usePurpose();
  const addresses = useAddresses() ?? [];
  const ids = views.map(({ dataset }) => dataset.id);
  const query = useChain(["open-requests", ...addresses, ...ids], async (node) => {
    const open = (await askedOf(node, addresses, [State.OPEN])).filter(({ answers }) => answers.length === 0);
    return fitting(node, open, ids);
  });
  return (
    <Loaded query={query}>
      {(fit) =>
        fit.length === 0 ? (
          <Text c="dimmed">{t("home.nothing")}</Text>
        ) : (
          fit.map(({ request }) => (
            <LinkCard
              key={request.id}
              to={`/requests/${request.id}`}
              icon={<IconFlask2 size={28} stroke={1.5} aria-hidden />}
              title={purpose(request.spec?.use)}
              text={t("requests.asks")}
            />
          ))
        )
      }
    </Loaded>
  );
}

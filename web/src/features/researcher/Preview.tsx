import { create } from "@bufbuild/protobuf";
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type RequestDraft, statedUse } from "../../client/requestdraft";
import { CoinSchema } from "../../gen/cosmos/base/v1beta1/coin_pb";
import { RequestSchema, SpecSchema } from "../../gen/volens/market/v1/market_pb";
import { RequestFacts } from "../shared/request/RequestFacts";
import { Words } from "../shared/request/Words";
import { useDesk } from "../shared/session";
import { ReadingScore } from "./ReadingScore";

/** The request as a patient will read it: the very screen, in its fixed order, and the researcher's own words. */
export function Preview({ draft }: { draft: RequestDraft }) {
  const { t } = useTranslation("researcher");
  const { address } = useDesk();
  const spec = create(SpecSchema, {
    use: statedUse(draft, address),
    nMin: draft.nMin,
    nMax: draft.nMax,
    price: create(CoinSchema, { denom: draft.denom, amount: draft.price }),
  });
  return (
    <Stack>
      <Words
        papers={{
          title: draft.title.trim(),
          laySummary: draft.laySummary.trim(),
          contact: draft.contact.trim(),
          criteria: Object.entries(draft.criteria),
        }}
      />
      <Text c="dimmed">{t("preview.papers")}</Text>
      <ReadingScore text={`${draft.title.trim()}. ${draft.laySummary.trim()}`} />
      <RequestFacts request={create(RequestSchema, { spec })} />
    </Stack>
  );
}

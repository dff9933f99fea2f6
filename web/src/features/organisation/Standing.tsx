import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Visa } from "../../gen/volens/attestation/v1/attestation_pb";
import { moment } from "../../ui/format";
import { useNow } from "../shared/useHeight";

/** Whether a statement still counts, and until when. */
export function Standing({ statement: { revoked, expiry } }: { statement: Pick<Visa, "revoked" | "expiry"> }) {
  const { t, i18n } = useTranslation("organisation");
  const now = useNow();
  if (revoked) return <Badge color="red">{t("standing.revoked")}</Badge>;
  const end = expiry && timestampDate(expiry);
  if (!end || end.getTime() <= now) return <Badge color="orange">{t("standing.expired")}</Badge>;
  return <Badge>{t("standing.until", { date: moment(end, i18n.language, false) })}</Badge>;
}

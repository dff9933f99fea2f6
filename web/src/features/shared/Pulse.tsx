import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { count } from "../../ui/format";
import { useLive } from "./useHeight";

/** Says in the header when the network is not heard. While all is well it says the height to those who look for it. */
export function Pulse() {
  const { t, i18n } = useTranslation("shared");
  const live = useLive();
  if (live.state === "live") {
    if (!live.status) return null;
    return (
      <Badge color="gray" variant="transparent" visibleFrom="sm" title={t("pulse.live")}>
        {t("pulse.block", { height: count(live.status.height, i18n.language) })}
      </Badge>
    );
  }
  return (
    <Badge color="yellow" role="status">
      {t(`pulse.${live.state}`)}
    </Badge>
  );
}

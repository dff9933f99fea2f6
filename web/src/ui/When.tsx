import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { count, moment } from "./format";

/** When something happened: the time, if it is known, and the height of its block. */
export function When({ height, time }: { height?: bigint | undefined; time?: Date | undefined }) {
  const { t, i18n } = useTranslation("ui");
  const block = height === undefined ? undefined : t("block", { height: count(height, i18n.language) });
  if (!time) return <span className="volens-number">{block ?? t("unknown")}</span>;
  return (
    <span className="volens-number">
      <time dateTime={time.toISOString()}>{moment(time, i18n.language)}</time>
      {block && (
        <Text component="span" c="dimmed" fz="sm">
          {" · "}
          {block}
        </Text>
      )}
    </span>
  );
}

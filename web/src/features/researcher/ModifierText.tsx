import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useTranslation } from "react-i18next";
import { shortName } from "../../core/duo/term";
import { type Modifier, ResearchType } from "../../gen/volens/consent/v1/duo_pb";
import { moment } from "../../ui/format";

/** One modifier of a consent in words, with its values. */
export function ModifierText({ modifier }: { modifier: Modifier }) {
  const { t, i18n } = useTranslation("researcher");
  const name = shortName(modifier.term) ?? modifier.term;
  const values = [
    ...modifier.values,
    ...(modifier.months > 0 ? [t("modifier.months", { count: modifier.months })] : []),
    ...(modifier.date ? [moment(timestampDate(modifier.date), i18n.language, false)] : []),
    ...modifier.researchTypes.map((type) => t(`research.${ResearchType[type]}`)),
  ];
  return (
    <>
      {`${name}: ${t([`modifier.${name}`, "modifier.other"])}`}
      {values.length > 0 && ` (${values.join(", ")})`}
    </>
  );
}

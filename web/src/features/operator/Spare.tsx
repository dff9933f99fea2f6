import { useTranslation } from "react-i18next";
import type { Margin } from "../../client/committee";

/** How many shares more than needed are alive, in a sentence. */
export function Spare({ margin }: { margin: Margin }) {
  const { t } = useTranslation("operator");
  const { alive, total, threshold, spare } = margin;
  const key = spare < 0 ? "spare.short" : spare === 0 ? "spare.bare" : "spare.well";
  return <>{t(key, { alive, total, threshold, count: Math.abs(spare) })}</>;
}

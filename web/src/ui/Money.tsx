import { useTranslation } from "react-i18next";
import { money } from "./format";

/** An amount of the smallest unit of a denomination, as people write it. */
export function Money({ amount, denom }: { amount: bigint; denom: string }) {
  const { i18n } = useTranslation("ui");
  return <span className="volens-number">{money(amount, denom, i18n.language)}</span>;
}

import { useTranslation } from "react-i18next";
import {
  AIUse,
  DataClass,
  Purpose,
  RecipientClass,
  SensitiveTopic,
  type Use,
} from "../../../gen/volens/consent/v1/duo_pb";

/** The name of a value of an enum, as the keys of texts have it; `UNSPECIFIED` for numbers that nobody knows. */
function nameIn(names: Readonly<Record<number, string>>, value: number): string {
  return names[value] ?? "UNSPECIFIED";
}

/** What research is for, in a few words: all purposes of a use. */
export function usePurpose(): (use: Use | undefined) => string {
  const { t, i18n } = useTranslation("patient");
  return (use) =>
    join(i18n.language, use?.purposes.map((p) => t(`purpose.${nameIn(Purpose, p.purpose)}`)) ?? []) ||
    t("purpose.UNSPECIFIED");
}

/** Words for the values of a use or of a policy. */
export function useUseWords() {
  const { t, i18n } = useTranslation("patient");
  return {
    dataClasses: (all: readonly DataClass[]) => all.map((one) => t(`dataClass.${nameIn(DataClass, one)}`)),
    recipients: (all: readonly RecipientClass[]) => all.map((one) => t(`recipient.${nameIn(RecipientClass, one)}`)),
    topics: (all: readonly SensitiveTopic[]) => all.map((one) => t(`topic.${nameIn(SensitiveTopic, one)}`)),
    ai: (use: AIUse) => t(`ai.${nameIn(AIUse, use)}`),
    /** A disease by its number in MONDO; where we have no plain word for it the number stands in a sentence. */
    disease: (id: string) => t([`disease.${id.replace(":", "")}`, "disease.other"], { id }),
    country: (code: string) =>
      /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames([i18n.language], { type: "region" }).of(code) ?? code) : code,
    list: (all: readonly string[]) => join(i18n.language, all),
  };
}

function join(language: string, all: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(all);
}

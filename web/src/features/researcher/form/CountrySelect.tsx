import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** Two letters, of which {@link Intl.DisplayNames} knows those that are countries. */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Codes that the browser names but ISO 3166-1 does not assign to a country; those it withdrew, a Locale replaces. */
const others = new Set(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "TA", "UN", "XA", "XB", "XK", "ZZ"]);

/** A country by its name in the language of the page; the value is ISO 3166-1 alpha-2, empty for none. */
export function CountrySelect(props: { label: string; value: string; onChange: (country: string) => void }) {
  const { t, i18n } = useTranslation("researcher");
  const countries = useMemo(() => countriesIn(i18n.language), [i18n.language]);
  return (
    <Select
      label={props.label}
      placeholder={t("parties.country")}
      data={countries}
      value={props.value || null}
      onChange={(country) => props.onChange(country ?? "")}
      size="md"
      searchable
      required
      limit={300}
    />
  );
}

function countriesIn(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const codes = [...letters].flatMap((first) => [...letters].map((second) => first + second));
  return codes
    .filter((code) => !others.has(code) && new Intl.Locale(`und-${code}`).region === code)
    .flatMap((value) => {
      const label = names.of(value);
      return label ? [{ value, label }] : [];
    })
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

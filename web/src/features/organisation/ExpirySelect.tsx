import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

const choices = [1, 3, 6, 12, 24, 36] as const;

/** For how long a statement counts. Every statement of an organisation ends some day. */
export function ExpirySelect({ months, onChange }: { months: number; onChange: (months: number) => void }) {
  const { t } = useTranslation("organisation");
  return (
    <Select
      label={t("expiry.label")}
      data={choices.map((value) => ({ value: String(value), label: t("expiry.months", { count: value }) }))}
      value={String(months)}
      onChange={(value) => value !== null && onChange(Number(value))}
      allowDeselect={false}
      size="md"
    />
  );
}

/** The moment so many months after another, both in milliseconds since 1970. */
export function inMonths(from: number, months: number): number {
  const at = new Date(from);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.getTime();
}

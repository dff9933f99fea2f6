import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toSmallest, toUnits } from "./amount";

/** What the field needs. */
export interface AmountInputProps {
  readonly label: string;
  readonly description?: string;
  /** In the smallest unit; empty for none. */
  readonly amount: string;
  readonly onChange: (amount: string) => void;
}

/** A field for an amount of money, typed in whole units such as "2.50". */
export function AmountInput({ label, description, amount, onChange }: AmountInputProps) {
  const { t } = useTranslation("shared");
  const [text, setText] = useState(() => toUnits(amount));
  useEffect(() => {
    if (toSmallest(text) !== amount) setText(toUnits(amount));
  }, [amount, text]);
  return (
    <TextInput
      label={label}
      description={description}
      inputMode="decimal"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(toSmallest(event.currentTarget.value));
      }}
      error={text !== "" && toSmallest(text) === "" && t("notAmount")}
      required
    />
  );
}

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isAddress } from "../../../core/address";
import type { Answer } from "./draft";
import { Pick } from "./Pick";

/** A question that fills a part of the answer. */
export interface PartProps {
  readonly label: string;
  readonly onAnswer: (answer: Partial<Answer>) => void;
  readonly onBack: () => void;
}

/** Where her part goes: this account, another address, or to the common good. */
export function Payout({ label, onAnswer, onBack }: PartProps) {
  const { t } = useTranslation("patient");
  const [address, setAddress] = useState("");
  const right = isAddress(address.trim());
  return (
    <Pick
      label={label}
      options={["here", "other", "donate"].map((value) => ({
        value,
        title: t(`choose.money.${value}.title`),
        text: t(`choose.money.${value}.text`),
      }))}
      onBack={onBack}
      onNext={([chosen]) =>
        onAnswer({ money: chosen === "other" ? address.trim() : chosen === "donate" ? "donate" : "" })
      }
      ready={([chosen]) => chosen !== "other" || right}
      more={([chosen], tried) =>
        chosen === "other" && (
          <TextInput
            label={t("choose.money.address")}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
            error={tried && !right ? t("choose.money.wrong") : null}
            autoComplete="off"
            spellCheck={false}
          />
        )
      }
    />
  );
}

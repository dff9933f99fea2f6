import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { diseaseBooks } from "../../../client/consent";
import { Loaded } from "../../shared/Loaded";
import { useUseWords } from "../../shared/request/words";
import { useChain } from "../../shared/useChain";
import type { PartProps } from "./Payout";
import { Pick } from "./Pick";

/** Diseases that have a plain name in our texts; others are named by their number in MONDO. */
const known = ["MONDO:0005015", "MONDO:0005147", "MONDO:0005148"];
const other = "other";
const mondo = /^MONDO:\d{7}$/;

/** For which diseases research is allowed, in the newest registered vocabulary. */
export function Diseases({ label, onAnswer, onBack }: PartProps) {
  const { t } = useTranslation("patient");
  const words = useUseWords();
  const books = useChain(["codebooks"], diseaseBooks);
  const [number, setNumber] = useState("");
  const named = number.trim().toUpperCase();
  const right = mondo.test(named);
  return (
    <Loaded query={books}>
      {(all) => (
        <Pick
          many
          label={label}
          options={[
            ...known.map((value) => ({ value, title: words.disease(value) })),
            { value: other, title: t("choose.diseases.other") },
          ]}
          onBack={onBack}
          onNext={(chosen) =>
            onAnswer({
              diseases: chosen.map((value) => (value === other ? named : value)),
              codebook: all.at(-1)?.version ?? "",
            })
          }
          ready={(chosen) => !chosen.includes(other) || right}
          more={(chosen, tried) =>
            chosen.includes(other) && (
              <TextInput
                label={t("choose.diseases.number")}
                description="MONDO:0005015"
                value={number}
                onChange={(event) => setNumber(event.currentTarget.value)}
                error={tried && !right ? t("choose.diseases.wrong") : null}
                autoComplete="off"
                spellCheck={false}
              />
            )
          }
        />
      )}
    </Loaded>
  );
}

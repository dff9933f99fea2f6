import { Alert } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Limit, limits, type Permission, permissions } from "../../../client/consent";
import { holdsGenes } from "../../../client/dataset";
import type { Kind } from "../../../gen/volens/dataset/v1/dataset_pb";
import { useUseWords } from "../../shared/request/words";
import { useNow } from "../../shared/useHeight";
import { Diseases } from "./Diseases";
import { type Answer, aiChoices, classesOf, type QuestionName, recipientChoices, spans } from "./draft";
import { Payout } from "./Payout";
import { Pick } from "./Pick";
import { Topics } from "./Topics";

/** What a question needs. */
export interface QuestionProps {
  readonly question: QuestionName;
  readonly kind: Kind;
  readonly onAnswer: (answer: Partial<Answer>) => void;
  readonly onBack: () => void;
}

/** One question on its screen. Going on needs an answer; "none of these" is one. */
export function Question({ question, kind, onAnswer, onBack }: QuestionProps) {
  const { t } = useTranslation("patient");
  const words = useUseWords();
  const now = useNow();
  const label = t(`choose.${question}.label`);
  /** Numbers of an enum as options, and back. */
  const numbers = <Value extends number>(values: readonly Value[], name: (value: Value) => string) => ({
    options: values.map((value) => ({ value: String(value), title: name(value) })),
    read: (chosen: readonly string[]) => values.filter((value) => chosen.includes(String(value))),
  });
  const who = numbers(recipientChoices, (value) => words.list(words.recipients([value])));
  const what = numbers(classesOf(kind), (value) => words.list(words.dataClasses([value])));
  const ai = numbers(aiChoices, words.ai);
  const named = (names: object, texts: string) =>
    Object.keys(names).map((value) => ({
      value,
      title: t(`${texts}.${value}.title`),
      text: t(`${texts}.${value}.text`),
    }));
  switch (question) {
    case "who":
      return (
        <Pick
          many
          label={label}
          {...who}
          onBack={onBack}
          onNext={(chosen) => onAnswer({ who: who.read(chosen) })}
          more={() => <Alert color="gray">{t("choose.who.never")}</Alert>}
        />
      );
    case "why":
      return (
        <Pick
          label={label}
          options={named(permissions, "permission")}
          onBack={onBack}
          onNext={([why]) => onAnswer({ why: why as Permission })}
        />
      );
    case "diseases":
      return <Diseases label={label} onAnswer={onAnswer} onBack={onBack} />;
    case "what":
      return (
        <Pick many label={label} {...what} onBack={onBack} onNext={(chosen) => onAnswer({ what: what.read(chosen) })} />
      );
    case "ai":
      return (
        <Pick label={label} {...ai} onBack={onBack} onNext={(chosen) => onAnswer({ ai: ai.read(chosen)[0] ?? 1 })} />
      );
    case "limits":
      return (
        <Pick
          label={label}
          options={named(limits, "limit")}
          none={t("choose.limits.none")}
          onBack={onBack}
          onNext={(chosen) => onAnswer({ limits: chosen as Limit[] })}
        />
      );
    case "topics":
      return (
        <>
          {holdsGenes(kind) && (
            <Alert color="yellow" icon={<IconUsersGroup aria-hidden />} title={t("family.title")}>
              {t("family.text")}
            </Alert>
          )}
          <Topics label={label} onAnswer={onAnswer} onBack={onBack} />
        </>
      );
    case "end":
      return (
        <Pick
          label={label}
          options={[
            ...spans.map((years) => ({ value: String(years), title: t("choose.end.years", { count: years }) })),
            { value: "never", title: t("choose.end.never"), text: t("choose.end.neverText") },
          ]}
          onBack={onBack}
          onNext={([end]) => onAnswer({ end: end === "never" ? "never" : inYears(now, Number(end)) })}
        />
      );
    case "money":
      return <Payout label={label} onAnswer={onAnswer} onBack={onBack} />;
  }
}

/** The time so many years later, in milliseconds. */
function inYears(from: number, years: number): number {
  const end = new Date(from);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end.getTime();
}

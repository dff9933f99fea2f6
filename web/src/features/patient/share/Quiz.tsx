import { Alert, Stack } from "@mantine/core";
import { IconCheck, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../../ui/Choice";
import { Foot } from "./Pick";

/** Each question has three answers; the right one does not stand at the same place. */
const everybody = [
  { key: "stop", right: "b" },
  { key: "opened", right: "a" },
] as const;
const ofGenes = { key: "family", right: "c" } as const;
const letters = ["a", "b", "c"] as const;

/** What the questions need. */
export interface QuizProps {
  readonly genes: boolean;
  readonly onPassed: () => void;
  readonly onBack: () => void;
}

/** Two questions, three for gene data, about what matters most. Answers are explained, and can be tried again. */
export function Quiz({ genes, onPassed, onBack }: QuizProps) {
  const { t } = useTranslation("patient");
  const questions = genes ? [...everybody, ofGenes] : everybody;
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [checked, setChecked] = useState(false);
  const next = () => {
    if (checked && questions.every(({ key, right }) => answers[key] === right)) onPassed();
    else setChecked(true);
  };
  return (
    <Stack gap="xl">
      {questions.map(({ key, right }) => {
        const answer = answers[key];
        const good = answer === right;
        return (
          <Stack key={key} gap="sm">
            <Choice
              label={t(`quiz.${key}.question`)}
              options={letters.map((letter) => ({ value: letter, title: t(`quiz.${key}.${letter}`) }))}
              chosen={letters.filter((letter) => letter === answer)}
              onChange={([letter = ""]) => {
                setChecked(false);
                setAnswers({ ...answers, [key]: letter });
              }}
            />
            {checked && (
              <Alert
                role="status"
                color={good ? "pine" : "yellow"}
                icon={good ? <IconCheck aria-hidden /> : <IconRefresh aria-hidden />}
                title={t(good ? "quiz.right" : "quiz.again")}
              >
                {t(`quiz.${key}.why`)}
              </Alert>
            )}
          </Stack>
        );
      })}
      <Foot onBack={onBack} onNext={next} />
    </Stack>
  );
}

import { Button, Group, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choice, type Option } from "../../../ui/Choice";

/** Back and Next at the foot of a question. */
export function Foot({ onBack, onNext }: { onBack: () => void; onNext: () => void }) {
  const { t } = useTranslation("patient");
  return (
    <Group grow mt="md">
      <Button variant="default" size="lg" onClick={onBack}>
        {t("choose.back")}
      </Button>
      <Button size="lg" onClick={onNext}>
        {t("choose.next")}
      </Button>
    </Group>
  );
}

/** A question on a screen of its own. */
export interface PickProps {
  readonly label: string;
  readonly options: readonly Option<string>[];
  /** With it, any number of answers can be chosen; or this one alone, which says "none of these". */
  readonly none?: string;
  readonly many?: boolean;
  readonly onBack: () => void;
  readonly onNext: (chosen: readonly string[]) => void;
  /** Below the answers, once some are chosen; nothing keeps the person from going on but `ready`. */
  readonly more?: (chosen: readonly string[], tried: boolean) => ReactNode;
  readonly ready?: (chosen: readonly string[]) => boolean;
}

const noneOfThese = "none";

/** Going on needs an answer. None is ticked before the person ticks it. */
export function Pick({ label, options, none, many = none !== undefined, onBack, onNext, more, ready }: PickProps) {
  const { t } = useTranslation("patient");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(false);
  const change = (next: readonly string[]) => {
    const added = next.find((value) => !chosen.includes(value));
    setChosen(added === noneOfThese ? [noneOfThese] : next.filter((value) => value !== noneOfThese));
  };
  const next = () => {
    setTried(true);
    if (chosen.length === 0 || ready?.(chosen) === false) return;
    onNext(chosen.filter((value) => value !== noneOfThese));
  };
  return (
    <Stack>
      <Choice
        many={many}
        label={label}
        options={none === undefined ? options : [...options, { value: noneOfThese, title: none }]}
        chosen={chosen}
        onChange={change}
        problem={tried && chosen.length === 0 ? t(many ? "choose.some" : "choose.one") : undefined}
      />
      {more?.(chosen, tried)}
      <Foot onBack={onBack} onNext={next} />
    </Stack>
  );
}

import { Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ethicsBoards } from "../../../client/consent";
import { Choice } from "../../../ui/Choice";
import { useUseWords } from "../../shared/request/words";
import { useChain } from "../../shared/useChain";
import { useWho } from "../../shared/Who";
import { topicChoices } from "./draft";
import type { PartProps } from "./Payout";
import { Foot } from "./Pick";

const nobody = "nobody";

/** Sensitive topics that are fine without asking further, and who decides about the others. */
export function Topics({ label, onAnswer, onBack }: PartProps) {
  const { t } = useTranslation("patient");
  const who = useWho();
  const words = useUseWords();
  const { data: boards = [] } = useChain(["ethics"], ethicsBoards);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [board, setBoard] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(false);
  const next = () => {
    setTried(true);
    if (board[0] === undefined) return;
    onAnswer({
      topics: topicChoices.filter((topic) => chosen.includes(String(topic))),
      referTo: board[0] === nobody ? "" : board[0],
    });
  };
  return (
    <Stack gap="xl">
      <Choice
        many
        label={label}
        hint={t("choose.topics.hint")}
        options={topicChoices.map((topic) => ({ value: String(topic), title: words.list(words.topics([topic])) }))}
        chosen={chosen}
        onChange={setChosen}
      />
      <Choice
        label={t("choose.board.label")}
        hint={t("choose.board.hint")}
        options={[
          ...boards.map((organisation) => ({
            value: organisation.address,
            title: who(organisation),
            text: organisation.address,
          })),
          { value: nobody, title: t("choose.board.nobody"), text: t("choose.board.nobodyText") },
        ]}
        chosen={board}
        onChange={setBoard}
        problem={tried && board.length === 0 ? t("choose.one") : undefined}
      />
      <Foot onBack={onBack} onNext={next} />
    </Stack>
  );
}

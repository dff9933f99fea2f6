import { Button, Card, Stack, TextInput } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Fault } from "../../../core/fault";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Steps } from "../../../ui/Steps";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";

const asked = 3;
const all = 24;

/** Different places of words, in rising order. */
function draw(): number[] {
  const places = new Set<number>();
  while (places.size < asked) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // 240 is the largest multiple of 24 in a byte: every place is as likely.
    if (byte < 240) places.add((byte % all) + 1);
  }
  return [...places].sort((a, b) => a - b);
}

/** Asks for three of the words, so that nothing depends on words that nobody wrote down. */
export default function CheckPage() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const navigate = useNavigate();
  const [places] = useState(draw);
  const [words, setWords] = useState<Readonly<Record<number, string>>>({});
  const check = useAction(
    async () => {
      const answers = places.map((place) => ({ place, word: (words[place] ?? "").trim().toLowerCase() }));
      if (!(await vault.confirmWords(answers))) throw new Fault("usage", "words-differ");
    },
    () => navigate({ to: "/" }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.run(undefined);
  };
  return (
    <Page title={t("check.title")} lead={t("check.lead")} back="/welcome/words">
      <Steps at={3} of={3} />
      <Card component="form" onSubmit={submit}>
        <Stack>
          {places.map((place) => (
            <TextInput
              key={place}
              label={t("check.word", { place })}
              value={words[place] ?? ""}
              onChange={(event) => setWords({ ...words, [place]: event.currentTarget.value })}
              autoComplete="off"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              required
            />
          ))}
          {check.fault && <Problem fault={check.fault} />}
          <Button type="submit" size="lg" loading={check.busy}>
            {t("check.action")}
          </Button>
        </Stack>
      </Card>
      <Button component={Link} to="/" variant="subtle">
        {t("check.later")}
      </Button>
    </Page>
  );
}

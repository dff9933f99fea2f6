import { Accordion, Card, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Extension, extensions } from "../../chain/extensions";
import type { Line, Shown, Value, Words } from "../../core/words";
import { Answers } from "../../ui/Answers";
import { DefinitionList } from "../../ui/DefinitionList";
import { moment } from "../../ui/format";
import { Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Sheet } from "../../ui/Sheet";

/** What the sheet needs. */
export interface ConfirmSheetProps {
  readonly shown: Shown;
  /** The extension that signs; undefined when the words of this device do. */
  readonly extension: Extension | undefined;
  readonly onYes: () => void;
  /** Closing the sheet is a no. */
  readonly onNo: () => void;
}

/** Shows in plain words what a key is about to confirm, read from the very bytes. */
export default function ConfirmSheet({ shown, extension, onYes, onNo }: ConfirmSheetProps) {
  const { t } = useTranslation("sign");
  return (
    <Sheet opened onClose={onNo} title={t("title")}>
      <Stack>
        {shown.messages.map((words, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the messages of a document never change places
          <MessageCard key={place} words={words} />
        ))}
        <Fee shown={shown} />
        {shown.memo && <DefinitionList items={[[t("memo"), shown.memo]]} />}
        {extension && <Text>{t("signer.asksAgain", { name: extensions[extension] })}</Text>}
        <Text c="dimmed" fz="sm">
          {t("lead")}
        </Text>
        <Answers no={t("no")} yes={t("yes")} onNo={onNo} onYes={onYes} />
      </Stack>
    </Sheet>
  );
}

/** Words with more letters are shortened. A text of several words is never: what it says may stand in its middle. */
const longest = 200;

/** Messages with as many lines are shown whole; longer ones unfold. */
const short = 6;

function MessageCard({ words }: { words: Words }) {
  const { t } = useTranslation("sign");
  const all = <Lines lines={words.lines} type={words.type} />;
  // What moves money is seen without unfolding.
  const money = words.lines.filter(({ value }) => value.kind === "money");
  return (
    <Card padding="md">
      <Title order={3} fz="1.15rem" mb="sm">
        {t(words.key, { ...words.values, defaultValue: words.type })}
      </Title>
      {words.lines.length <= short ? (
        all
      ) : (
        <Stack gap="sm">
          {money.length > 0 && <Lines lines={money} />}
          <Accordion variant="contained" radius="md">
            <Accordion.Item value="all">
              <Accordion.Control>{t("details")}</Accordion.Control>
              <Accordion.Panel>{all}</Accordion.Panel>
            </Accordion.Item>
          </Accordion>
        </Stack>
      )}
    </Card>
  );
}

/** Every line of a message; those with one name stand together. */
function Lines({ lines, type }: { lines: readonly Line[]; type?: string }) {
  const { t } = useTranslation("sign");
  const groups = new Map<string, Line[]>();
  for (const line of lines) groups.set(line.key, [...(groups.get(line.key) ?? []), line]);
  return (
    <DefinitionList
      items={[
        ...[...groups].map(
          ([key, all]) =>
            [
              t(key, { defaultValue: all[0]?.path ?? key }),
              <Stack key={key} gap={2}>
                {all.map(({ path, value }) => (
                  <span key={path}>
                    <Shows value={value} />
                  </span>
                ))}
              </Stack>,
            ] as const,
        ),
        ...(type
          ? [
              [
                t("type"),
                <Text key="type" component="span" ff="monospace" fz="sm">
                  {type}
                </Text>,
              ] as const,
            ]
          : []),
      ]}
    />
  );
}

function Shows({ value }: { value: Value }) {
  const { t, i18n } = useTranslation("sign");
  switch (value.kind) {
    case "text":
      // A key for delivery has some 2000 letters: it is told apart by its ends, and can be read as a whole by its title.
      return value.text.length > longest && !/\s/.test(value.text) ? <Digest value={value.text} plain /> : value.text;
    case "address":
      // Whole: an address that begins and ends like another one is soon found.
      return (
        <Text component="span" ff="monospace" fz="0.95em" style={{ overflowWrap: "anywhere" }}>
          {value.address}
        </Text>
      );
    case "id":
      return <Digest value={value.id} plain />;
    case "bytes":
      return <Digest value={value.hex} plain />;
    case "money":
      return <Money amount={value.amount} denom={value.denom} />;
    case "number":
      return value.number.toString();
    case "flag":
      return t(value.on ? "on" : "off");
    case "choice":
      return t(value.key, { defaultValue: value.key });
    case "time":
      return moment(new Date(value.iso), i18n.language);
    case "duration":
      return t("seconds", { seconds: value.seconds.toString() });
  }
}

function Fee({ shown: { fee, granter } }: { shown: Shown }) {
  const { t } = useTranslation("sign");
  if (fee.length === 0) return <Text>{t("fee.free")}</Text>;
  return (
    <Text component="div">
      {t(granter ? "fee.sponsored" : "fee.own")}{" "}
      {fee.map(({ amount, denom }) => (
        <Money key={denom} amount={amount} denom={denom} />
      ))}
    </Text>
  );
}

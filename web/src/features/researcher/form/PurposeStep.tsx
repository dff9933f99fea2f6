import { Checkbox, MultiSelect, NumberInput, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { codebooks } from "../../../client/check";
import type { RequestDraft } from "../../../client/requestdraft";
import { AIUse, DataClass, Purpose, ResearchType, SensitiveTopic } from "../../../gen/volens/consent/v1/duo_pb";
import { Choice } from "../../../ui/Choice";
import { useChain } from "../../shared/useChain";
import type { StepProps } from "./step";

const purposes = [
  Purpose.HMB,
  Purpose.DS,
  Purpose.GRU_RESEARCH,
  Purpose.POA,
  Purpose.METHODS,
  Purpose.CLINICAL_CARE,
  Purpose.NRES_ANY,
] as const;

/** What the data is for, in DUO's terms, and what the researcher promises. */
export function PurposeStep(props: StepProps) {
  return (
    <Stack gap="xl">
      <Purposes {...props} />
      <Study {...props} />
      <Promises {...props} />
      <Criteria {...props} />
    </Stack>
  );
}

function Purposes({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  const books = useChain(["codebooks"], codebooks);
  const setPurposes = (chosen: readonly string[]) => {
    const known = new Map(draft.purposes.map((stated) => [Purpose[stated.purpose], stated]));
    change({
      purposes: chosen.map(
        (name) => known.get(name) ?? { purpose: Purpose[name as keyof typeof Purpose], healthAim: false, diseases: [] },
      ),
    });
  };
  const set = (purpose: Purpose, part: Partial<RequestDraft["purposes"][number]>) =>
    change({ purposes: draft.purposes.map((one) => (one.purpose === purpose ? { ...one, ...part } : one)) });
  const detailed = draft.purposes.filter(({ purpose }) => purpose === Purpose.DS || purpose === Purpose.METHODS);
  return (
    <Stack>
      <Choice
        label={t("purpose.what")}
        hint={t("purpose.whatHint")}
        many
        options={purposes.map((value) => ({
          value: Purpose[value],
          title: t(`purpose.${Purpose[value]}`),
          text: t(`purpose.text.${Purpose[value]}`),
        }))}
        chosen={draft.purposes.map(({ purpose }) => Purpose[purpose])}
        onChange={setPurposes}
      />
      {detailed.map(({ purpose, diseases, healthAim }) => (
        <Stack key={purpose} gap="xs">
          <TagsInput
            label={t("purpose.diseases", { purpose: t(`purpose.${Purpose[purpose]}`) })}
            description={t("purpose.diseasesHint")}
            placeholder="MONDO:0005148"
            value={diseases}
            onChange={(next) => set(purpose, { diseases: next.map((id) => id.trim().toUpperCase()) })}
            error={diseases.some((id) => !/^MONDO:\d{7}$/.test(id)) && t("purpose.notMondo")}
            size="md"
          />
          {purpose === Purpose.METHODS && (
            <Checkbox
              label={t("purpose.healthAim")}
              checked={healthAim}
              onChange={(event) => set(purpose, { healthAim: event.currentTarget.checked })}
              size="md"
            />
          )}
        </Stack>
      ))}
      {detailed.length > 0 && (
        <Select
          label={t("purpose.codebook")}
          description={t("purpose.codebookHint")}
          data={(books.data ?? []).map(({ version }) => version)}
          value={draft.codebook || null}
          onChange={(codebook) => change({ codebook: codebook ?? "" })}
          size="md"
          clearable
        />
      )}
    </Stack>
  );
}

/** Options of a select from an enum: the names are those of the texts. */
function useOptions(names: Readonly<Record<number, string>>, texts: string) {
  const { t } = useTranslation("researcher");
  return Object.entries(names)
    .filter(([number]) => /^[1-9]\d*$/.test(number))
    .map(([value, name]) => ({ value, label: t(`${texts}.${name}`) }));
}

function Study({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  const classes = useOptions(DataClass as never, "class");
  const types = useOptions(ResearchType as never, "research");
  const topics = useOptions(SensitiveTopic as never, "topic");
  const numbers = <T extends number>(values: readonly string[]) => values.map((value) => Number(value) as T);
  return (
    <Stack>
      <MultiSelect
        label={t("purpose.classes")}
        data={classes}
        value={draft.dataClasses.map(String)}
        onChange={(values) => change({ dataClasses: numbers<DataClass>(values) })}
        size="md"
        required
      />
      <MultiSelect
        label={t("purpose.types")}
        data={types}
        value={draft.researchTypes.map(String)}
        onChange={(values) => change({ researchTypes: numbers<ResearchType>(values) })}
        size="md"
      />
      <MultiSelect
        label={t("purpose.topics")}
        description={t("purpose.topicsHint")}
        data={topics}
        value={draft.topics.map(String)}
        onChange={(values) => change({ topics: numbers<SensitiveTopic>(values) })}
        size="md"
      />
      <Choice
        label={t("purpose.ai")}
        options={[AIUse.AI_USE_NONE, AIUse.AI_USE_INFER, AIUse.AI_USE_TRAIN].map((value) => ({
          value: String(value),
          title: t(`ai.${AIUse[value]}`),
        }))}
        chosen={[String(draft.ai)]}
        onChange={([value]) => change({ ai: Number(value) as AIUse })}
      />
      <Choice
        label={t("purpose.commercial")}
        options={(["no", "yes"] as const).map((value) => ({ value, title: t(`purpose.commercialIs.${value}`) }))}
        chosen={[draft.commercial ? "yes" : "no"]}
        onChange={([value]) => change({ commercial: value === "yes" })}
      />
      <NumberInput
        label={t("purpose.duration")}
        value={draft.durationMonths}
        onChange={(value) => change({ durationMonths: Math.max(0, Math.trunc(Number(value) || 0)) })}
        min={1}
        max={1200}
        size="md"
        required
      />
    </Stack>
  );
}

const promises = ["noReidentification", "noLinkage", "publish", "returnResults"] as const;

function Promises({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  return (
    <Stack>
      <Choice
        label={t("promise.label")}
        hint={t("promise.hint")}
        many
        options={promises.map((value) => ({ value, title: t(`promise.${value}`), text: t(`promise.text.${value}`) }))}
        chosen={promises.filter((name) => draft[name])}
        onChange={(chosen) =>
          change(Object.fromEntries(promises.map((name) => [name, chosen.includes(name)])) as Partial<RequestDraft>)
        }
      />
      <TextInput
        type="date"
        label={t("promise.moratorium")}
        description={t("promise.moratoriumHint")}
        value={draft.moratorium}
        onChange={(event) => change({ moratorium: event.currentTarget.value })}
      />
    </Stack>
  );
}

function Criteria({ draft, change }: StepProps) {
  const { t } = useTranslation("researcher");
  const written = Object.entries(draft.criteria).map(([code, value]) => `${code}=${value}`);
  return (
    <TagsInput
      label={t("purpose.criteria")}
      description={`${t("purpose.criteriaHint")} ${t("purpose.criteriaLead")}`}
      placeholder="assembly=GRCh38"
      value={written}
      onChange={(tags) => {
        const pairs = tags.map((tag) => tag.split("=", 2).map((part) => part.trim()));
        change({ criteria: Object.fromEntries(pairs.filter(([code, value]) => code && value)) });
      }}
      size="md"
    />
  );
}

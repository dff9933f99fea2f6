import { Card, Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { parameters } from "../../client/network";
import { count } from "../../ui/format";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";
import { type Parameter, parameterRows } from "./parameters";

const modules = ["market", "custody", "consent", "attestation"] as const;

/** Every parameter of every module, as it stands now. */
export default function ParametersPage() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "parameters"], parameters);
  return (
    <Page title={t("parameters.title")} lead={t("parameters.lead")} wide>
      <Loaded query={query}>
        {(all) => (
          <Stack gap="xl">
            {modules.map((name) => {
              const params = all[name];
              return (
                <Section key={name} title={t(`module.${name}`)}>
                  {params ? <Rows module={name} rows={parameterRows(name, params)} /> : <Text>{t("none")}</Text>}
                </Section>
              );
            })}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Rows({ module, rows }: { module: string; rows: readonly Parameter[] }) {
  const { t } = useTranslation("operator");
  return (
    <Card padding="md">
      <dl className="volens-list">
        {rows.map((row) => (
          <div key={row.name} style={{ display: "contents" }}>
            <dt>
              <Text component="span" display="block">
                {t(`parameter.${module}.${row.name}`)}
              </Text>
              <Code fz="xs">{row.name}</Code>
            </dt>
            <dd className="volens-number">
              <Value row={row} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Value({ row }: { row: Parameter }) {
  const { t, i18n } = useTranslation("operator");
  switch (row.is) {
    case "text":
      return row.value;
    case "count":
      return count(row.value, i18n.language);
    case "blocks":
      return t("blockCount", { count: Number(row.value), text: count(row.value, i18n.language) });
    case "share":
      return new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 2 }).format(
        row.value / 10_000,
      );
    case "money":
      return <Money amount={row.value} denom={row.denom} />;
  }
}

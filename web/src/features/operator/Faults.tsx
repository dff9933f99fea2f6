import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { faults } from "../../client/committee";
import { toHex } from "../../core/bytes";
import { DataTable } from "../../ui/DataTable";
import { Digest } from "../../ui/Id";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useChain } from "../shared/useChain";

/** The convictions in runs: who dealt a wrong share or accused falsely. */
export function Faults() {
  const { t } = useTranslation("operator");
  const query = useChain(["network", "faults"], faults);
  return (
    <Section title={t("faults.title")} lead={t("faults.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t("faults.none")}</Text>
          ) : (
            <DataTable
              label={t("faults.title")}
              rows={all}
              id={({ number }) => number.toString()}
              columns={[
                { key: "who", title: t("faults.who"), cell: ({ operator }) => <Digest value={toHex(operator)} /> },
                {
                  key: "what",
                  title: t("faults.what"),
                  cell: ({ accuser }) => t(accuser ? "faults.accuser" : "faults.dealer"),
                },
                { key: "run", title: t("run.number"), cell: ({ run }) => run.toString(), end: true },
                { key: "when", title: t("when"), cell: ({ height }) => <When height={height} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

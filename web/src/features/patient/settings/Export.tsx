import { toJson } from "@bufbuild/protobuf";
import { Button, Card } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { openings } from "../../../client/activity";
import { consentHistory } from "../../../client/consent";
import { datasetsOf } from "../../../client/dataset";
import { payments } from "../../../client/earnings";
import { utf8 } from "../../../core/bytes";
import { ConsentSchema } from "../../../gen/volens/consent/v1/consent_pb";
import { EmissionSchema, ReleaseSchema } from "../../../gen/volens/custody/v1/custody_pb";
import { DatasetSchema } from "../../../gen/volens/dataset/v1/dataset_pb";
import { PaymentSchema } from "../../../gen/volens/market/v1/market_pb";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { save } from "../../../ui/save";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";

/** A copy of every record: datasets, consents in all versions, openings, payments. No key is in it. */
export function Export() {
  const { t } = useTranslation("patient");
  const { node, vault } = useSession();
  const run = useAction(async () => {
    const addresses = (await vault.accounts()).map(({ address }) => address);
    const views = await datasetsOf(node, addresses);
    const datasets = await Promise.all(
      views.map(async ({ dataset }) => ({
        dataset: toJson(DatasetSchema, dataset),
        consents: (await consentHistory(node, dataset.id)).map((consent) => toJson(ConsentSchema, consent)),
        openings: (await openings(node, dataset.id)).map(({ emission, release }) => ({
          emission: toJson(EmissionSchema, emission),
          ...(release && { release: toJson(ReleaseSchema, release) }),
        })),
      })),
    );
    const money = (await payments(node, addresses)).map((payment) => toJson(PaymentSchema, payment));
    const record = { chain_id: await node.chainId(), datasets, payments: money };
    save(utf8(`${JSON.stringify(record, null, 2)}\n`), "volens-records.json", "application/json");
  });
  return (
    <Section title={t("settings.export.title")} lead={t("settings.export.lead")}>
      <Card>
        {run.fault && <Problem fault={run.fault} />}
        <Button
          variant="default"
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => run.run(undefined)}
          loading={run.busy}
        >
          {t("settings.export.action")}
        </Button>
      </Card>
    </Section>
  );
}

import { Alert, Badge, Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { basisNamed, failedChecks, type Judged, refuse, vouch } from "../../client/attest";
import { toHex } from "../../core/bytes";
import { Basis } from "../../gen/volens/attestation/v1/attestation_pb";
import { DataTable } from "../../ui/DataTable";
import { DefinitionList } from "../../ui/DefinitionList";
import { Digest } from "../../ui/Id";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useNow } from "../shared/useHeight";
import { ExpirySelect, inMonths } from "./ExpirySelect";

/** What the checks found, and the two things that can be signed about it. */
export function Verdict({ judged }: { judged: Judged }) {
  const { t } = useTranslation("organisation");
  const { verdict, payload } = judged;
  return (
    <Section title={t("verdict.title")}>
      <Stack>
        <Alert
          color={verdict.ok ? "pine" : "red"}
          icon={verdict.ok ? <IconShieldCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
          title={t(verdict.ok ? "verdict.clean" : "verdict.failed", { count: failedChecks(verdict).length })}
          role="status"
        >
          {t("verdict.compared")}
        </Alert>
        <DefinitionList
          items={[
            [t("verdict.profile"), verdict.profile.id],
            [t("verdict.tool"), verdict.toolVersion],
            [t("verdict.sealed"), <Digest key="sealed" value={toHex(payload.sha256)} />],
            [t("verdict.report"), <Digest key="report" value={verdict.reportSha256} />],
          ]}
        />
        <DataTable
          label={t("verdict.findings")}
          rows={verdict.findings}
          id={({ file, check, detail }) => `${file}-${check}-${detail}`}
          columns={[
            { key: "file", title: t("verdict.file"), cell: ({ file }) => file },
            {
              key: "check",
              title: t("verdict.check"),
              cell: ({ check }) => t([`check.${check}`, "check.other"], { check }),
            },
            {
              key: "ok",
              title: t("verdict.result"),
              cell: ({ ok }) => (
                <Badge color={ok ? "pine" : "red"}>{t(ok ? "verdict.passed" : "verdict.notPassed")}</Badge>
              ),
            },
            { key: "detail", title: t("verdict.detail"), cell: ({ detail }) => detail },
          ]}
        />
        {verdict.ok ? <Vouch judged={judged} /> : <Refuse judged={judged} />}
      </Stack>
    </Section>
  );
}

const bases = [Basis.SAFE_HARBOR, Basis.EXPERT_DETERMINATION, Basis.GDPR_PSEUDONYMISED] as const;

function Vouch({ judged }: { judged: Judged }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const now = useNow();
  const [basis, setBasis] = useState(basisNamed(judged.verdict.profile.basis));
  const [months, setMonths] = useState(12);
  const sign = useAction((chosen: Basis) => vouch(desk, judged, chosen, inMonths(now, months)));
  return (
    <Stack>
      <Select
        label={t("vouch.basis")}
        data={bases.map((value) => ({ value: String(value), label: t(`basis.${Basis[value]}`) }))}
        value={basis === undefined ? null : String(basis)}
        onChange={(value) => setBasis(value === null ? undefined : (Number(value) as Basis))}
        size="md"
        required
      />
      <ExpirySelect months={months} onChange={setMonths} />
      <Text>{t("vouch.states")}</Text>
      {sign.fault && <Problem fault={sign.fault} />}
      <Group>
        <Button disabled={basis === undefined} loading={sign.busy} onClick={() => basis && sign.run(basis)}>
          {t("vouch.button")}
        </Button>
        <Refuse judged={judged} />
      </Group>
    </Stack>
  );
}

function Refuse({ judged }: { judged: Judged }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const sign = useAction(() => refuse(desk, judged));
  return (
    <Stack gap="xs" align="flex-start">
      {!judged.verdict.ok && (
        <Text>
          {t("refuse.reasons")}{" "}
          {failedChecks(judged.verdict)
            .map((check) => t([`check.${check}`, "check.other"], { check }))
            .join(", ")}
        </Text>
      )}
      <Button variant="default" loading={sign.busy} onClick={() => sign.run(undefined)}>
        {t("refuse.button")}
      </Button>
      {sign.fault && <Problem fault={sign.fault} />}
    </Stack>
  );
}

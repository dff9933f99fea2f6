import { Button, FileInput, Group, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sha256File } from "../../client/files";
import {
  answerReferral,
  approvalsBy,
  approveEthics,
  openProtocols,
  type ProtocolRequest,
  type Referral,
  referralsTo,
  revokeEthics,
} from "../../client/organisations";
import { toHex } from "../../core/bytes";
import { type EthicsApproval, Role } from "../../gen/volens/attestation/v1/attestation_pb";
import { Purpose } from "../../gen/volens/consent/v1/duo_pb";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useReason } from "../../ui/useReason";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";
import { useNow } from "../shared/useHeight";
import { ExpirySelect, inMonths } from "./ExpirySelect";
import { NeedsRole } from "./NeedsRole";
import { Standing } from "./Standing";

/** What waits for an ethics organisation, and what it approved. */
export default function EthicsPage() {
  const { t } = useTranslation("organisation");
  const [protocol, setProtocol] = useState<string>();
  return (
    <Page title={t("ethics.title")} lead={t("ethics.lead")} wide>
      <NeedsRole roles={[Role.ETHICS]}>
        <Referrals />
        <Protocols onChoose={setProtocol} />
        <Approve key={protocol ?? ""} chosen={protocol} />
        <Approvals />
      </NeedsRole>
    </Page>
  );
}

function Referrals() {
  const { t } = useTranslation("organisation");
  const { address } = useDesk();
  const query = useChain(["referrals", address], (node) => referralsTo(node, address));
  return (
    <Section title={t("referral.title")} lead={t("referral.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t("referral.none")}</Text>
          ) : (
            <DataTable
              label={t("referral.title")}
              rows={all}
              id={({ decision }) => decision.requestId + decision.datasetId}
              columns={[
                { key: "request", title: t("referral.request"), cell: ({ request }) => <Digest value={request.id} /> },
                { key: "why", title: t("referral.why"), cell: (one) => <Why referral={one} /> },
                {
                  key: "deadline",
                  title: t("inspections.deadline"),
                  cell: ({ decision }) => <When height={decision.referralDeadline} />,
                },
                { key: "answer", title: t("referral.answer"), cell: (one) => <Answer referral={one} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function Why({ referral: { decision } }: { referral: Referral }) {
  const words = useReason();
  return <>{decision.reasons.map((reason) => words(reason)).join(" ")}</>;
}

function Answer({ referral: { decision } }: { referral: Referral }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const answer = useAction((approve: boolean) => answerReferral(desk, decision, approve));
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button variant="default" loading={answer.busy} onClick={() => answer.run(true)}>
          {t("referral.yes")}
        </Button>
        <Button variant="default" loading={answer.busy} onClick={() => answer.run(false)}>
          {t("referral.no")}
        </Button>
      </Group>
      {answer.fault && <Problem fault={answer.fault} />}
    </Stack>
  );
}

function Protocols({ onChoose }: { onChoose: (protocol: string) => void }) {
  const { t } = useTranslation("organisation");
  const { address } = useDesk();
  const query = useChain(["protocols"], openProtocols);
  const digest = ({ request }: ProtocolRequest) => toHex(request.spec?.use?.protocolSha256 ?? new Uint8Array());
  const waits = ({ approvals }: ProtocolRequest) =>
    !approvals.some(({ organisation, revoked }) => organisation === address && !revoked);
  return (
    <Section title={t("protocol.title")} lead={t("protocol.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.filter(waits).length === 0 ? (
            <Empty icon={IconScale} title={t("protocol.none.title")} text={t("protocol.none.text")} />
          ) : (
            <DataTable
              label={t("protocol.title")}
              rows={all.filter(waits)}
              id={({ request }) => request.id}
              columns={[
                { key: "protocol", title: t("protocol.digest"), cell: (one) => <Digest value={digest(one)} /> },
                { key: "request", title: t("referral.request"), cell: ({ request }) => <Digest value={request.id} /> },
                {
                  key: "purposes",
                  title: t("ethics.purposes"),
                  cell: ({ request }) =>
                    (request.spec?.use?.purposes ?? [])
                      .map(({ purpose }) => t(`purpose.${Purpose[purpose]}`))
                      .join(", "),
                },
                {
                  key: "deadline",
                  title: t("inspections.deadline"),
                  cell: ({ request }) => <When height={request.spec?.deadline} />,
                },
                {
                  key: "choose",
                  title: t("protocol.judge"),
                  cell: (one) => (
                    <Button variant="default" onClick={() => onChoose(digest(one))}>
                      {t("protocol.choose")}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

const purposes = Object.keys(Purpose)
  .map(Number)
  .filter((value) => value > 0) as Purpose[];

/** Signs an approval: of the protocol that was chosen, or of one that the researcher handed over as a file. */
function Approve({ chosen }: { chosen: string | undefined }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const now = useNow();
  const [protocol, setProtocol] = useState(chosen ?? "");
  const [document, setDocument] = useState("");
  const [covered, setCovered] = useState<string[]>([]);
  const [months, setMonths] = useState(12);
  const read = useAction(async ({ file, put }: { file: File; put: (digest: string) => void }) =>
    put(await sha256File(file)),
  );
  const approve = useAction(() =>
    approveEthics(desk, {
      protocolSha256: protocol,
      documentSha256: document || protocol,
      purposes: covered.map((value) => Number(value) as Purpose),
      expiry: inMonths(now, months),
    }),
  );
  const right = /^[0-9a-f]{64}$/.test(protocol);
  return (
    <Section title={t("approve.title")} lead={t("approve.lead")}>
      <Stack maw="44rem">
        <FileInput
          label={t("approve.file")}
          description={t("approve.fileHint")}
          placeholder={t("judge.choose")}
          onChange={(file) => file && read.run({ file, put: setProtocol })}
          size="md"
        />
        <TextInput
          label={t("protocol.digest")}
          description={t("approve.digestHint")}
          value={protocol}
          onChange={(event) => setProtocol(event.currentTarget.value.trim().toLowerCase())}
          error={protocol !== "" && !right && t("approve.notDigest")}
          required
        />
        <MultiSelect
          label={t("ethics.purposes")}
          data={purposes.map((value) => ({ value: String(value), label: t(`purpose.${Purpose[value]}`) }))}
          value={covered}
          onChange={setCovered}
          size="md"
          required
        />
        <FileInput
          label={t("approve.document")}
          description={t("approve.documentHint")}
          placeholder={t("judge.choose")}
          onChange={(file) => file && read.run({ file, put: setDocument })}
          size="md"
        />
        <ExpirySelect months={months} onChange={setMonths} />
        {read.fault && <Problem fault={read.fault} />}
        {approve.fault && <Problem fault={approve.fault} />}
        {approve.result && <Text role="status">{t("approve.done", { height: approve.result.height })}</Text>}
        <Button
          disabled={!right || covered.length === 0}
          loading={approve.busy}
          onClick={() => approve.run(undefined)}
          style={{ alignSelf: "flex-start" }}
        >
          {t("approve.button")}
        </Button>
      </Stack>
    </Section>
  );
}

function Approvals() {
  const { t } = useTranslation("organisation");
  const { address } = useDesk();
  const query = useChain(["approvals-by", address], (node) => approvalsBy(node, address));
  return (
    <Section title={t("approvals.title")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Text>{t("approvals.none")}</Text>
          ) : (
            <DataTable
              label={t("approvals.title")}
              rows={all}
              id={({ protocolSha256 }) => toHex(protocolSha256)}
              columns={[
                {
                  key: "protocol",
                  title: t("protocol.digest"),
                  cell: (one) => <Digest value={toHex(one.protocolSha256)} />,
                },
                {
                  key: "purposes",
                  title: t("ethics.purposes"),
                  cell: (one) => one.purposes.map((value) => t(`purpose.${Purpose[value]}`)).join(", "),
                },
                { key: "state", title: t("own.status"), cell: (one) => <Standing statement={one} /> },
                { key: "revoke", title: t("standing.end"), cell: (one) => <Revoke approval={one} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function Revoke({ approval }: { approval: EthicsApproval }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const revoke = useAction(() => revokeEthics(desk, toHex(approval.protocolSha256)));
  if (approval.revoked) return <>{t("none")}</>;
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={revoke.busy} onClick={() => revoke.run(undefined)}>
        {t("standing.revoke")}
      </Button>
      {revoke.fault && <Problem fault={revoke.fault} />}
    </Stack>
  );
}

import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Alert, Badge, Card, Group } from "@mantine/core";
import { IconId, IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { balances } from "../../client/network";
import { approvalsOf, registration, visasOf } from "../../client/organisations";
import { requests } from "../../client/request";
import { toHex } from "../../core/bytes";
import {
  type EthicsApproval,
  OrganisationKind,
  OrganisationStatus,
  type Visa,
} from "../../gen/volens/attestation/v1/attestation_pb";
import { Purpose, RecipientClass } from "../../gen/volens/consent/v1/duo_pb";
import { DataTable } from "../../ui/DataTable";
import { DefinitionList } from "../../ui/DefinitionList";
import { Empty } from "../../ui/Empty";
import { Address, Digest } from "../../ui/Id";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { SigningCard } from "../shared/SigningCard";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";
import { AskButton } from "./CataloguePage";
import { Drafts } from "./Drafts";

/** Who the researcher is to the network: account, organisation and visas, ethics approvals, what waits. */
export default function DeskPage() {
  const { t } = useTranslation("researcher");
  const { address } = useDesk();
  return (
    <Page title={t("desk.title")} lead={t("desk.lead")} action={<AskButton />} wide>
      <Account address={address} />
      <Visas address={address} />
      <Drafts />
      <Approvals address={address} />
      <SigningCard />
    </Page>
  );
}

function Account({ address }: { address: string }) {
  const { t } = useTranslation("researcher");
  const query = useChain(["balances", address], (node) => balances(node, address));
  return (
    <Card>
      <Loaded query={query}>
        {(coins) => (
          <DefinitionList
            items={[
              [t("desk.account"), <Address key="account" value={address} />],
              [
                t("desk.balance"),
                coins.length === 0 ? (
                  t("none")
                ) : (
                  <Group key="coins" gap="md">
                    {coins.map(({ amount, denom }) => (
                      <Money key={denom} amount={BigInt(amount)} denom={denom} />
                    ))}
                  </Group>
                ),
              ],
            ]}
          />
        )}
      </Loaded>
    </Card>
  );
}

function Visas({ address }: { address: string }) {
  const { t } = useTranslation("researcher");
  const query = useChain(["visas", address], async (node) => {
    const visas = await visasOf(node, address);
    return Promise.all(
      visas.map(async (visa) => ({ visa, by: (await registration(node, visa.organisation))?.organisation })),
    );
  });
  return (
    <Section title={t("visa.title")} lead={t("visa.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={IconId} title={t("visa.none.title")} text={t("visa.none.text")} />
          ) : (
            <DataTable
              label={t("visa.title")}
              rows={all}
              id={({ visa }) => visa.organisation}
              columns={[
                {
                  key: "organisation",
                  title: t("visa.organisation"),
                  cell: ({ visa }) => <Address value={visa.organisation} />,
                },
                {
                  key: "kind",
                  title: t("visa.kind"),
                  cell: ({ by }) =>
                    by ? `${t(`organisationKind.${OrganisationKind[by.kind]}`)} (${by.country})` : t("none"),
                },
                {
                  key: "class",
                  title: t("visa.class"),
                  cell: ({ visa }) => t(`party.${RecipientClass[visa.recipientClass]}`),
                },
                {
                  key: "expiry",
                  title: t("field.expiry"),
                  cell: ({ visa }) => <When time={visa.expiry && timestampDate(visa.expiry)} />,
                },
                {
                  key: "state",
                  title: t("field.state"),
                  cell: ({ visa, by }) => (
                    <Standing statement={visa} active={by?.status === OrganisationStatus.ACTIVE} />
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

function Approvals({ address }: { address: string }) {
  const { t } = useTranslation("researcher");
  const query = useChain(["own-approvals", address], async (node) => {
    const own = await requests(node, { researcher: address });
    const digests = new Set(own.map(({ spec }) => toHex(spec?.use?.protocolSha256 ?? new Uint8Array())));
    return (await Promise.all([...digests].map((digest) => approvalsOf(node, digest)))).flat();
  });
  return (
    <Section title={t("approval.title")} lead={t("approval.lead")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Alert icon={<IconInfoCircle aria-hidden />} title={t("approval.none.title")}>
              {t("approval.none.text")}
            </Alert>
          ) : (
            <ApprovalTable approvals={all} />
          )
        }
      </Loaded>
    </Section>
  );
}

/** Ethics approvals of protocols. */
export function ApprovalTable({ approvals }: { approvals: readonly EthicsApproval[] }) {
  const { t } = useTranslation("researcher");
  return (
    <DataTable
      label={t("approval.title")}
      rows={approvals}
      id={(approval) => toHex(approval.protocolSha256) + approval.organisation}
      columns={[
        { key: "protocol", title: t("approval.protocol"), cell: (one) => <Digest value={toHex(one.protocolSha256)} /> },
        { key: "by", title: t("approval.by"), cell: (one) => <Address value={one.organisation} /> },
        {
          key: "purposes",
          title: t("approval.purposes"),
          cell: (one) => one.purposes.map((purpose) => t(`purpose.${Purpose[purpose]}`)).join(", "),
        },
        {
          key: "expiry",
          title: t("field.expiry"),
          cell: (one) => <When time={one.expiry && timestampDate(one.expiry)} />,
        },
        { key: "state", title: t("field.state"), cell: (one) => <Standing statement={one} active /> },
      ]}
    />
  );
}

/** Whether a statement still counts, in a word. */
export function Standing(props: { statement: Pick<Visa, "revoked" | "expiry">; active: boolean }) {
  const { t } = useTranslation("researcher");
  const { revoked, expiry } = props.statement;
  if (revoked) return <Badge color="red">{t("standing.revoked")}</Badge>;
  if (!expiry || timestampDate(expiry).getTime() <= Date.now())
    return <Badge color="orange">{t("standing.expired")}</Badge>;
  if (!props.active) return <Badge color="orange">{t("standing.suspended")}</Badge>;
  return <Badge>{t("standing.valid")}</Badge>;
}

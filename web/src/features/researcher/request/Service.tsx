import { Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  claimService,
  disputable,
  disputeAnswer,
  type Service as One,
  servicesOf,
  serviceTerms,
} from "../../../client/service";
import type { Release } from "../../../gen/volens/custody/v1/custody_pb";
import { type ServiceClaim, ServiceState } from "../../../gen/volens/market/v1/market_pb";
import { Address } from "../../../ui/Id";
import { Money } from "../../../ui/Money";
import { Problem } from "../../../ui/Problem";
import { When } from "../../../ui/When";
import { EvidenceInput } from "../../shared/EvidenceInput";
import { Loaded } from "../../shared/Loaded";
import { useDesk } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { useHeight } from "../../shared/useHeight";

/** What to do when a gateway does not hand over its part of a release: claim it on chain, and dispute the answer. */
export function Service({ release, denom }: { release: Release; denom: string }) {
  const { t } = useTranslation("researcher");
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <Button variant="subtle" onClick={() => setOpen(true)} style={{ alignSelf: "flex-start" }}>
        {t("service.open")}
      </Button>
    );
  }
  return <Services release={release} denom={denom} />;
}

function Services({ release, denom }: { release: Release; denom: string }) {
  const { t } = useTranslation("researcher");
  const { requestId, seat } = release;
  const query = useChain(["services", requestId, seat.toString()], async (node) => {
    const [services, terms] = await Promise.all([servicesOf(node, release), serviceTerms(node)]);
    return { services, terms };
  });
  return (
    <Loaded query={query}>
      {({ services, terms }) => (
        <Stack gap="sm">
          <Text>{t("service.text", { window: terms.window.toString() })}</Text>
          <Text>
            {t("service.bond")} <Money amount={terms.bond} denom={denom} />
          </Text>
          {services.map(({ service, claim }) => (
            <OneService key={service.gateway} service={service} claim={claim} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function OneService({ service, claim }: { service: One; claim: ServiceClaim | undefined }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const height = useHeight() ?? 0n;
  const act = useAction(() => claimService(desk, service));
  return (
    <Card padding="md">
      <Stack gap="sm" align="flex-start">
        <Group>
          <Address value={service.gateway} />
          {claim && <Badge color="gray">{t(`service.state.${ServiceState[claim.state]}`)}</Badge>}
        </Group>
        {claim && claim.deadline > 0n && (
          <Text>
            {t("service.until")} <When height={claim.deadline} />
          </Text>
        )}
        {!claim && (
          <Button variant="default" loading={act.busy} onClick={() => act.run(undefined)}>
            {t("service.claim")}
          </Button>
        )}
        {act.fault && <Problem fault={act.fault} />}
        {disputable(claim, height) && <Dispute service={service} />}
      </Stack>
    </Card>
  );
}

function Dispute({ service }: { service: One }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const [evidence, setEvidence] = useState("");
  const act = useAction(() => disputeAnswer(desk, service, evidence));
  return (
    <Stack gap="sm" align="flex-start">
      <Text>{t("service.answered")}</Text>
      <EvidenceInput label={t("service.evidence")} digest={evidence} onDigest={setEvidence} />
      {act.fault && <Problem fault={act.fault} />}
      <Button variant="default" disabled={evidence === ""} loading={act.busy} onClick={() => act.run(undefined)}>
        {t("service.dispute")}
      </Button>
    </Stack>
  );
}

import { Card, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { judgeAnswer, type Service, serviceClaim } from "../../client/service";
import { isAddress } from "../../core/address";
import { toHex } from "../../core/bytes";
import { isId } from "../../core/ids";
import { type ServiceClaim, ServiceState } from "../../gen/volens/market/v1/market_pb";
import { Answers } from "../../ui/Answers";
import { DefinitionList } from "../../ui/DefinitionList";
import { Address, Digest } from "../../ui/Id";
import { Problem } from "../../ui/Problem";
import { When } from "../../ui/When";
import { Loaded } from "../shared/Loaded";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";

/** An arbiter decides whether a gateway's disputed answer was its part. The researcher names request, seat and gateway. */
export function Arbiter() {
  const { t } = useTranslation("organisation");
  const [requestId, setRequest] = useState("");
  const [place, setPlace] = useState(1);
  const [gateway, setGateway] = useState("");
  const service: Service = { requestId, seat: BigInt(place - 1), gateway };
  return (
    <Stack maw="44rem">
      <TextInput
        label={t("arbiter.request")}
        value={requestId}
        onChange={(event) => setRequest(event.currentTarget.value.trim().toLowerCase())}
        error={requestId !== "" && !isId(requestId) && t("challenge.notId")}
      />
      <NumberInput
        label={t("arbiter.seat")}
        value={place}
        onChange={(value) => setPlace(Math.max(1, Math.trunc(Number(value) || 1)))}
        min={1}
        size="md"
      />
      <TextInput
        label={t("arbiter.gateway")}
        value={gateway}
        onChange={(event) => setGateway(event.currentTarget.value.trim())}
        error={gateway !== "" && !isAddress(gateway) && t("visas.notAddress")}
      />
      {isId(requestId) && isAddress(gateway) && <Found service={service} />}
    </Stack>
  );
}

function Found({ service }: { service: Service }) {
  const { t } = useTranslation("organisation");
  const { requestId, seat, gateway } = service;
  const query = useChain(["claim", requestId, seat.toString(), gateway], async (node) => ({
    claim: await serviceClaim(node, service),
  }));
  return (
    <Loaded query={query}>
      {({ claim }) => (claim ? <Judge service={service} claim={claim} /> : <Text>{t("arbiter.none")}</Text>)}
    </Loaded>
  );
}

function Judge({ service, claim }: { service: Service; claim: ServiceClaim }) {
  const { t } = useTranslation("organisation");
  const desk = useDesk();
  const judge = useAction((uphold: boolean) => judgeAnswer(desk, service, uphold));
  return (
    <Card>
      <Stack>
        <DefinitionList
          items={[
            [t("own.status"), t(`arbiter.state.${ServiceState[claim.state]}`)],
            [t("arbiter.researcher"), <Address key="researcher" value={claim.researcher} />],
            [t("challenge.evidence"), <Digest key="evidence" value={toHex(claim.evidenceSha256)} />],
            [t("inspections.deadline"), <When key="deadline" height={claim.deadline} />],
          ]}
        />
        {judge.fault && <Problem fault={judge.fault} />}
        {claim.state === ServiceState.DISPUTED && (
          <Answers
            no={t("arbiter.dismiss")}
            yes={t("arbiter.uphold")}
            onNo={() => judge.run(false)}
            onYes={() => judge.run(true)}
            busy={judge.busy}
          />
        )}
      </Stack>
    </Card>
  );
}

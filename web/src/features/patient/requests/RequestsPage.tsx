import { Stack } from "@mantine/core";
import { IconFlask2, IconMailbox } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Asked, askedOf } from "../../../client/decide";
import { DecisionState, State } from "../../../gen/volens/market/v1/market_pb";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/Page";
import { Section } from "../../../ui/Section";
import { Loaded } from "../../shared/Loaded";
import { usePurpose } from "../../shared/request/words";
import { useChain } from "../../shared/useChain";
import { LinkCard } from "../LinkCard";
import { useAddresses, useDatasets } from "../useOwn";
import OpenRequests from "./OpenRequests";

const later = [State.OPEN, State.RELEASING, State.SETTLED, State.CLOSED, State.FAILED_SHORT, State.CANCELLED];

/** Requests that wait for an answer, and those that were answered. */
export default function RequestsPage() {
  const { t } = useTranslation("patient");
  const datasets = useDatasets();
  return (
    <Page title={t("requests.title")} lead={t("requests.lead")}>
      <Loaded query={datasets}>
        {(views) => (
          <Stack gap="xl">
            <Section title={t("requests.waiting")}>
              <OpenRequests views={views} />
            </Section>
            <Answered />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Answered() {
  const { t } = useTranslation("patient");
  const addresses = useAddresses() ?? [];
  const query = useChain(["answered", ...addresses], async (node) =>
    (await askedOf(node, addresses, later)).filter(({ answers }) => answers.length > 0),
  );
  return (
    <Section title={t("requests.answered")}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={IconMailbox} title={t("requests.empty.title")} text={t("requests.empty.text")} />
          ) : (
            <Stack gap="sm">
              {all.map((asked) => (
                <AnsweredCard key={asked.request.id} asked={asked} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

const colours: Partial<Readonly<Record<DecisionState, string>>> = {
  [DecisionState.YES]: "pine",
  [DecisionState.WON]: "pine",
  [DecisionState.RELEASED]: "pine",
};

function AnsweredCard({ asked: { request, answers } }: { asked: Asked }) {
  const { t } = useTranslation("patient");
  const purpose = usePurpose();
  const state = answers[0]?.state ?? DecisionState.UNSPECIFIED;
  return (
    <LinkCard
      to={`/requests/${request.id}`}
      icon={<IconFlask2 size={28} stroke={1.5} aria-hidden />}
      title={purpose(request.spec?.use)}
      badge={{ text: t(`answer.${DecisionState[state]}`), color: colours[state] ?? "gray" }}
    />
  );
}

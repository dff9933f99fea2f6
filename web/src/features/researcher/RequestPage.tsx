import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { goOn, type RequestView, requestView, type SubmitStep, undecided } from "../../client/request";
import { State } from "../../gen/volens/market/v1/market_pb";
import { Digest } from "../../ui/Id";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Progress } from "../../ui/Progress";
import { Loaded } from "../shared/Loaded";
import { WordsOf } from "../shared/request/Words";
import { useDesk } from "../shared/session";
import { useAction } from "../shared/useAction";
import { useChain } from "../shared/useChain";
import { RequestState } from "./RequestsPage";
import { Cancel } from "./request/Cancel";
import { Ledger } from "./request/Ledger";
import { lockedText } from "./request/locked";
import { Receipt } from "./request/Receipt";
import { Answers, Seats } from "./request/Seats";
import { Spec } from "./request/Spec";
import { Story } from "./request/Story";

/** One request: what happened and when, its seats and files, its money. */
export default function RequestPage() {
  const { t } = useTranslation("researcher");
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const query = useChain(["request", id], (node) => requestView(node, id));
  return (
    <Page title={t("request.one")} lead={<Digest value={id} />} back="/research/requests" wide>
      <Loaded query={query}>{(view) => <Whole view={view} />}</Loaded>
    </Page>
  );
}

function Whole({ view }: { view: RequestView }) {
  const { address } = useDesk();
  const own = view.request.researcher === address;
  return (
    <Stack gap="xl">
      <Group>
        <RequestState state={view.request.state} />
      </Group>
      {own && view.request.state === State.SUBMITTED && <MissingSeats view={view} />}
      <WordsOf request={view.request} />
      <Story view={view} />
      <Seats view={view} own={own} />
      <Answers view={view} />
      <Ledger view={view} />
      <Spec request={view.request} />
      <Group align="flex-start">
        <Receipt view={view} />
        {own && undecided(view.request) && <Cancel view={view} />}
      </Group>
    </Stack>
  );
}

/** A submission that stopped between the money and the last seat goes on here. */
function MissingSeats({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const [step, setStep] = useState<SubmitStep>();
  const { id, seats, spec } = view.request;
  const wanted = spec?.nMax ?? 0;
  const post = useAction((withoutWords: boolean) => goOn(desk, id, setStep, { withoutWords }));
  return (
    <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t("seats.missing.title")}>
      <Stack gap="sm">
        <Text>{t("seats.missing.text", { count: wanted - Number(seats) })}</Text>
        {post.busy && step?.step === "seats" && (
          <Progress label={t("send.step.seats")} done={step.posted} total={step.wanted} />
        )}
        {post.fault && (
          <Problem fault={post.fault} safe={t(lockedText(post.fault.code))} again={() => post.run(false)} />
        )}
        {post.fault?.code === "papers-lost" ? (
          <>
            <Text>{t("seats.missing.lost")}</Text>
            <Button
              variant="default"
              loading={post.busy}
              onClick={() => post.run(true)}
              style={{ alignSelf: "flex-start" }}
            >
              {t("seats.missing.without")}
            </Button>
          </>
        ) : (
          <Button loading={post.busy} onClick={() => post.run(false)} style={{ alignSelf: "flex-start" }}>
            {t("seats.missing.post")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

import { Button, Card, Stack } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { ingestSteps } from "../../../client/ingest";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { Steps } from "../../../ui/Steps";
import { type Step, Timeline } from "../../../ui/Timeline";
import { useSession } from "../../shared/session";
import { type Delivery, deliveries, pauseDelivery, startDelivery, watchDeliveries } from "./deliveries";

/** Sealed files on their way: those of this page's life, and those that a reload interrupted. */
export default function SendPage() {
  const { t } = useTranslation("patient");
  const { person, sealer } = useSession();
  const running = useSyncExternalStore(watchDeliveries, deliveries);
  const { data: kept } = useQuery({ queryKey: ["sealed", running.length], queryFn: () => sealer.waiting() });
  const waiting = (kept ?? []).filter(({ datasetId }) => !running.some(({ sealed }) => sealed.datasetId === datasetId));
  return (
    <Page title={t("send.title")} lead={t("send.lead")}>
      <Steps at={4} of={4} />
      {running.length === 0 && waiting.length === 0 && (
        <Empty icon={IconCircleCheck} title={t("send.none.title")} text={t("send.none.text")} />
      )}
      {running.map((delivery) => (
        <DeliveryCard key={delivery.sealed.datasetId} delivery={delivery} />
      ))}
      {waiting.map((sealed) => (
        <Card key={sealed.datasetId}>
          <Stack>
            {t("send.interrupted")}
            <Button onClick={() => startDelivery(person, sealed)}>{t("send.goOn")}</Button>
          </Stack>
        </Card>
      ))}
      <Button component={Link} to="/data" variant="default">
        {t("send.leave")}
      </Button>
    </Page>
  );
}

function DeliveryCard({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const { sealed, progress, state, fault } = delivery;
  const at = ingestSteps.indexOf(progress.step);
  const steps = ingestSteps.map((step, place): Step => {
    const now = state === "failed" ? "failed" : "now";
    const done = state === "done" || place < at;
    return { key: step, title: t(`send.step.${step}`), state: done ? "done" : place === at ? now : "later" };
  });
  return (
    <Card>
      <Stack>
        <Timeline label={t("send.title")} steps={steps} />
        {state === "running" && (
          <>
            <Progress label={t(`send.step.${progress.step}`)} {...progress} bytes={progress.step === "send"} />
            {progress.step === "send" && (
              <Button variant="default" onClick={() => pauseDelivery(sealed)}>
                {t("send.pause")}
              </Button>
            )}
          </>
        )}
        {fault &&
          (fault.code === "lock-outdated" ? (
            <Problem fault={fault} />
          ) : (
            <Problem fault={fault} safe={t("send.safe")} again={() => startDelivery(person, sealed)} />
          ))}
        {state === "done" && (
          <Button component={Link} to={`/data/${sealed.datasetId}/check`} size="lg">
            {t("send.next")}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

import { Alert, Stack, Text } from "@mantine/core";
import { IconShieldX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { isActive, stop } from "../../../client/consent";
import type { DatasetView } from "../../../client/dataset";
import { asFault } from "../../../core/fault";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { useSession } from "../../shared/session";
import { useNow } from "../../shared/useHeight";
import { StopButton } from "./StopButton";

/**
 * Says that a dataset is not shared, when that is proven: a node that hides a consent would else hide Stop with it. The
 * proof is asked for anew when the node tells of another version.
 */
export function NotShared({ view: { consent, dataset } }: { view: DatasetView }) {
  const { t } = useTranslation("patient");
  const session = useSession();
  const now = useNow();
  const told = consent?.version ?? 0n;
  const query = useQuery({
    queryKey: ["shared", dataset.id, String(told)],
    queryFn: async () => ({ proven: await session.consent(dataset.id, told) }),
  });
  if (query.isPending) return <Progress label={t("proof.checking")} done={0} total={0} />;
  if (query.error) return <Problem fault={asFault(query.error)} again={() => void query.refetch()} />;
  const { proven } = query.data;
  if (!isActive(proven, now)) return <Text>{t(proven ? "sharing.stopped" : "sharing.none")}</Text>;
  return (
    <Alert role="alert" color="red" icon={<IconShieldX aria-hidden />} title={t("sharing.hidden.title")}>
      <Stack gap="sm" align="flex-start">
        <Text>{t("sharing.hidden.text")}</Text>
        <StopButton run={() => stop(session.person, dataset)} />
      </Stack>
    </Alert>
  );
}

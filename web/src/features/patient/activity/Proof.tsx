import { toBinary } from "@bufbuild/protobuf";
import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { matches, type Opening } from "../../../client/activity";
import { toHex } from "../../../core/bytes";
import { asFault, Fault } from "../../../core/fault";
import { EmissionSchema, ReleaseSchema } from "../../../gen/volens/custody/v1/custody_pb";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { When } from "../../../ui/When";
import { useSession } from "../../shared/session";

const nameOf = ({ emission, release }: Opening) =>
  toHex(release ? toBinary(ReleaseSchema, release) : toBinary(EmissionSchema, emission));

/**
 * Proves how often a dataset was opened, and by whom: this page checks validators' signatures on a header and the path from
 * it to the counts and to each release. A list that tells of others or is shorter than what is proven is refused in plain sight.
 */
export function Proof({ datasetId, list }: { datasetId: string; list: readonly Opening[] }) {
  const { t } = useTranslation("patient");
  const session = useSession();
  const query = useQuery({
    // A list that grew, or tells of other readers, is proven anew.
    queryKey: ["proof", datasetId, ...list.map(nameOf)],
    queryFn: () => session.counts(datasetId, list),
    gcTime: 0,
  });
  if (query.isFetching) return <Progress label={t("proof.checking")} done={0} total={0} />;
  if (query.error) return <Problem fault={asFault(query.error)} again={() => void query.refetch()} />;
  const counts = query.data;
  if (!counts) return null;
  if (!matches(counts, list))
    return <Problem fault={new Fault("integrity", "audit-shorter")} again={() => void query.refetch()} />;
  const never = counts.released === 0n;
  return (
    <Alert
      role="status"
      color="pine"
      icon={<IconShieldCheck size={28} aria-hidden />}
      title={never ? t("proof.never") : t("proof.times", { count: Number(counts.released) })}
    >
      <Stack gap="xs" align="flex-start">
        <Text>{t("proof.inspected", { count: Number(counts.inspected) })}</Text>
        <Text>{t("proof.how")}</Text>
        <Text c="dimmed" component="div">
          <When height={counts.height} time={new Date(counts.time)} />
        </Text>
        <Button variant="default" onClick={() => void query.refetch()}>
          {t("proof.again")}
        </Button>
      </Stack>
    </Alert>
  );
}

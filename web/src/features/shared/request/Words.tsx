import { toBinary } from "@bufbuild/protobuf";
import { Alert, Card, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toHex } from "../../../core/bytes";
import { asFault } from "../../../core/fault";
import type { Papers } from "../../../core/papers";
import { type Request, SpecSchema } from "../../../gen/volens/market/v1/market_pb";
import { useSession } from "../session";

/** What the researcher wrote of a request, if the gateway shows it and it is what stands on chain by its digests. */
export function WordsOf({ request }: { request: Request }) {
  const { t } = useTranslation("patient");
  const { papers } = useSession();
  const { spec } = request;
  const query = useQuery({
    // They were held against this specification. If the node tells another one, they must be held against that.
    queryKey: ["papers", request.id, spec ? toHex(toBinary(SpecSchema, spec)) : ""],
    queryFn: () => papers(request),
    staleTime: Number.POSITIVE_INFINITY,
    // A request of the newest block can be proven one block later.
    retry: (failures, thrown) => failures < 5 && asFault(thrown).kind === "unavailable",
    retryDelay: 1500,
  });
  if (query.data) return <Words papers={query.data} proven />;
  if (!query.error) return null;
  const lied = asFault(query.error).kind === "integrity";
  return (
    <Alert
      color={lied ? "red" : "yellow"}
      icon={<IconInfoCircle aria-hidden />}
      title={t(lied ? "request.words.lie.title" : "request.words.none.title")}
    >
      {t(lied ? "request.words.lie.text" : "request.words.none.text")}
    </Alert>
  );
}

interface WordsProps {
  readonly papers: Pick<Papers, "title" | "laySummary" | "contact" | "criteria">;
  /** Whether they are those of a request that stands on chain. */
  readonly proven?: boolean;
}

/** A study in its researcher's words. They are a stranger's text: isolated, so that it can turn no other text around. */
export function Words({ papers, proven = false }: WordsProps) {
  const { t } = useTranslation("patient");
  return (
    <Card component="section">
      <Stack gap="sm">
        <Title order={2} style={{ overflowWrap: "anywhere" }}>
          <bdi>{papers.title}</bdi>
        </Title>
        <Text style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
          <bdi>{papers.laySummary}</bdi>
        </Text>
        {papers.criteria.length > 0 && (
          <Text style={{ overflowWrap: "anywhere" }}>
            {t("request.words.looksFor")}{" "}
            <bdi>{papers.criteria.map(([code, value]) => `${code}: ${value}`).join(", ")}</bdi>
          </Text>
        )}
        {papers.contact !== "" && (
          <Text style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
            {t("request.words.contact")} <bdi>{papers.contact}</bdi>
          </Text>
        )}
        {proven && <Text c="dimmed">{t("request.words.theirs")}</Text>}
      </Stack>
    </Card>
  );
}

import { Alert, Button, Card, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Entrusted, entrusted, forgetEntrusted, rememberEntrusted, stopFor } from "../../../client/carer";
import { isActive } from "../../../client/consent";
import { DefinitionList } from "../../../ui/DefinitionList";
import { Address, Digest } from "../../../ui/Id";
import { Page } from "../../../ui/Page";
import { Loaded } from "../../shared/Loaded";
import { useSession } from "../../shared/session";
import { useChain } from "../../shared/useChain";
import { useNow } from "../../shared/useHeight";
import { StopButton } from "../share/StopButton";

/** Somebody else's dataset: whether its sharing may be stopped by this person, and the button that does. */
export default function EntrustedPage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const { person } = useSession();
  const query = useChain(["entrusted", id], () => entrusted(person, id));
  return (
    <Page title={t("help.page.title")} lead={t("help.page.lead")} back="/help">
      <Loaded query={query}>{(found) => <Content found={found} />}</Loaded>
    </Page>
  );
}

function Content({ found }: { found: Entrusted }) {
  const { t } = useTranslation("patient");
  const { person, vault } = useSession();
  const { datasetId, consent, account } = found;
  const active = isActive(consent, useNow());
  useEffect(() => {
    if (account) void rememberEntrusted(vault, datasetId, account);
  }, [vault, datasetId, account]);
  return (
    <Stack gap="lg">
      <Card>
        <DefinitionList
          items={[
            [t("help.page.data"), <Digest key="data" value={datasetId} />],
            [t("help.page.you"), account ? <Address key="you" value={account} /> : t("help.page.notYou")],
            [t("help.page.state"), t(active ? "help.page.shared" : "help.page.stopped")],
          ]}
        />
      </Card>
      {account === undefined ? (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t("help.page.noRight")}>
          {t("help.page.noRightText")}
        </Alert>
      ) : (
        active && (
          <>
            <Text>{t("help.page.ask")}</Text>
            <StopButton run={() => stopFor(person, datasetId)} />
          </>
        )
      )}
      <Forget datasetId={datasetId} />
    </Stack>
  );
}

/** Takes the dataset out of the list of this device. */
function Forget({ datasetId }: { datasetId: string }) {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const forget = async () => {
    await forgetEntrusted(vault, datasetId);
    void queries.invalidateQueries({ queryKey: ["entrusted"] });
    void navigate({ to: "/help" });
  };
  return (
    <Button variant="subtle" onClick={() => void forget()} style={{ alignSelf: "flex-start" }}>
      {t("help.page.forget")}
    </Button>
  );
}

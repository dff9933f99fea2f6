import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { receipt } from "../../../client/audit";
import type { RequestView } from "../../../client/request";
import { utf8 } from "../../../core/bytes";
import { Problem } from "../../../ui/Problem";
import { save } from "../../../ui/save";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";

/** Saves everything that the chain says about a request, for one's own records and for auditors. */
export function Receipt({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const { node } = useSession();
  const download = useAction(async () => {
    const document = await receipt(node, view);
    save(utf8(document), `request-${view.request.id}.json`, "application/json");
  });
  return (
    <Stack gap="xs">
      <Button variant="default" loading={download.busy} onClick={() => download.run(undefined)}>
        {t("receipt.button")}
      </Button>
      <Text c="dimmed" fz="sm" maw="28rem">
        {t("receipt.text")}
      </Text>
      {download.fault && <Problem fault={download.fault} />}
    </Stack>
  );
}

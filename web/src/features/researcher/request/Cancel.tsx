import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parameters } from "../../../client/network";
import { cancelRequest, type RequestView } from "../../../client/request";
import { Money } from "../../../ui/Money";
import { Problem } from "../../../ui/Problem";
import { Sheet } from "../../../ui/Sheet";
import { useDesk } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";

/** Ends a request before it clears, after saying what that costs. */
export function Cancel({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const desk = useDesk();
  const [asking, ask] = useState(false);
  const params = useChain(["network", "parameters"], parameters);
  const cancel = useAction(
    () => cancelRequest(desk, view.request.id),
    () => ask(false),
  );
  const market = params.data?.market;
  const { escrow } = view;
  const fee = BigInt(market?.processFee ?? "0");
  return (
    <>
      <Button variant="default" onClick={() => ask(true)}>
        {t("cancel.button")}
      </Button>
      <Sheet opened={asking} onClose={() => ask(false)} title={t("cancel.title")}>
        <Stack>
          <Text>{t("cancel.text")}</Text>
          {escrow && market && (
            <Text>
              {t("cancel.costs", { share: market.cancelBps / 100 })} <Money amount={fee} denom={escrow.denom} />
            </Text>
          )}
          {cancel.fault && <Problem fault={cancel.fault} />}
          <Group grow>
            <Button variant="default" onClick={() => ask(false)}>
              {t("cancel.no")}
            </Button>
            <Button variant="default" loading={cancel.busy} onClick={() => cancel.run(undefined)}>
              {t("cancel.yes")}
            </Button>
          </Group>
        </Stack>
      </Sheet>
    </>
  );
}

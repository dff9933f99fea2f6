import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Method } from "../../../client/vault";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Steps } from "../../../ui/Steps";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { MethodForm } from "./MethodForm";

/** Makes the key on this device, locked by a passkey or a passphrase. */
export default function KeyPage() {
  const { t } = useTranslation("patient");
  const { vault } = useSession();
  const navigate = useNavigate();
  const make = useAction(
    (method: Method) => vault.create(method),
    () => navigate({ to: "/welcome/words" }),
  );
  return (
    <Page title={t("key.title")} lead={t("key.lead")} back="/welcome">
      <Steps at={1} of={3} />
      {make.fault && <Problem fault={make.fault} />}
      <MethodForm onChoose={make.run} busy={make.busy} noPasskey={make.fault?.code === "passkey-unsupported"} />
    </Page>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type IngestProgress, sealFiles } from "../../../client/ingest";
import type { DeidOptions, Progress as Pass } from "../../../client/sealer";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { Steps } from "../../../ui/Steps";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { startDelivery } from "./deliveries";
import { Found } from "./Found";
import { PickFiles } from "./PickFiles";

interface Work {
  readonly files: readonly File[];
  readonly options: DeidOptions;
}

/** Adds data: pick files, see what was found and removed, lock. Nothing leaves the device before the last step. */
export default function AddPage() {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [before, setBefore] = useState<Work>();
  const [pass, setPass] = useState<Pass | IngestProgress>();
  const look = useAction(async (work: Work) => {
    setPass(undefined);
    return { work, found: await person.sealer.inspect(work.files, work.options, setPass) };
  });
  const lock = useAction(
    async (work: Work) => {
      setPass(undefined);
      return sealFiles(person, work.files, work.options, setPass);
    },
    (sealed) => {
      void queries.invalidateQueries({ queryKey: ["accounts"] });
      startDelivery(person, sealed);
      void navigate({ to: "/data/send" });
    },
  );
  const busy = look.busy || lock.busy;
  if (busy) {
    return (
      <Page key="busy" title={t(lock.busy ? "add.locking" : "add.looking")} lead={t("add.wait")}>
        <Steps at={lock.busy ? 3 : 2} of={4} />
        <Progress label={t(`pass.${pass?.step ?? "load"}`)} done={pass?.done ?? 0} total={pass?.total ?? 0} bytes />
      </Page>
    );
  }
  if (look.result) {
    const { work, found } = look.result;
    return (
      <Page key="found" title={t("found.title")} lead={t("found.lead")}>
        <Steps at={2} of={4} />
        {lock.fault && <Problem fault={lock.fault} />}
        <Found found={found} onLock={() => lock.run(work)} onBack={look.reset} />
      </Page>
    );
  }
  return (
    <Page key="pick" title={t("add.title")} lead={t("add.lead")} back="/data">
      <Steps at={1} of={4} />
      <PickFiles
        before={before}
        fault={look.fault}
        onPicked={(files, options) => {
          setBefore({ files, options });
          look.run({ files, options });
        }}
      />
    </Page>
  );
}

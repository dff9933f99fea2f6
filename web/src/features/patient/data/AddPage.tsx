import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type IngestProgress, type IngestWatch, sealFiles } from "../../../client/ingest";
import type { DeidOptions, Progress as Pass, Sealed } from "../../../client/sealer";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Progress } from "../../../ui/Progress";
import { Steps } from "../../../ui/Steps";
import { useSession } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { Found } from "./Found";
import { PickFiles } from "./PickFiles";
import { useDeliver } from "./useDeliver";

/** Adds data. */
export default function AddPage() {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  return (
    <Adding
      title={t("add.title")}
      lead={t("add.lead")}
      back="/data"
      seal={(files, options, watch) => sealFiles(person, files, options, watch)}
    />
  );
}

interface Work {
  readonly files: readonly File[];
  readonly options: DeidOptions;
}

/** What becomes of files that are added. */
export interface AddingProps {
  readonly title: string;
  readonly lead: string;
  readonly back: string;
  /** Locks the files on this device. */
  readonly seal: (files: readonly File[], options: DeidOptions, watch: IngestWatch) => Promise<Sealed>;
}

/** Pick files, see what was found and removed, lock. Nothing leaves the device before the last step. */
export function Adding({ title, lead, back, seal }: AddingProps) {
  const { t } = useTranslation("patient");
  const { person } = useSession();
  const deliver = useDeliver();
  const [before, setBefore] = useState<Work>();
  const [pass, setPass] = useState<Pass | IngestProgress>();
  const look = useAction(async (work: Work) => {
    setPass(undefined);
    return { work, found: await person.sealer.inspect(work.files, work.options, setPass) };
  });
  const lock = useAction(async ({ files, options }: Work) => {
    setPass(undefined);
    return seal(files, options, setPass);
  }, deliver);
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
    <Page key="pick" title={title} lead={lead} back={back}>
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

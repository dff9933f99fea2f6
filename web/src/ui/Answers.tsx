import { Button } from "@mantine/core";
import type { ReactNode } from "react";

/** What two answers say. */
export interface AnswersProps {
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly busy?: boolean;
  readonly icons?: { readonly yes: ReactNode; readonly no: ReactNode };
}

/** Yes and no: the same size, weight and colour, so that neither is easier to give. */
export function Answers({ yes, no, onYes, onNo, busy = false, icons }: AnswersProps) {
  return (
    <div className="volens-answers">
      <Button variant="outline" size="lg" onClick={onNo} disabled={busy} leftSection={icons?.no} fullWidth>
        {no}
      </Button>
      <Button variant="outline" size="lg" onClick={onYes} disabled={busy} leftSection={icons?.yes} fullWidth>
        {yes}
      </Button>
    </div>
  );
}

import type { KeptDraft } from "../../../client/request";
import type { RequestDraft } from "../../../client/requestdraft";

/** The steps of the form in their order. */
export const stepNames = ["study", "parties", "purpose", "offer", "send"] as const;

/** One of {@link stepNames}. */
export type StepName = (typeof stepNames)[number];

/** What every step is given. */
export interface StepProps {
  readonly kept: KeptDraft;
  readonly draft: RequestDraft;
  readonly change: (part: Partial<RequestDraft>) => void;
  readonly go: (step: StepName) => void;
  /** Forgets what was not kept yet: the draft is about to be removed. */
  readonly stop: () => void;
}

const places: Readonly<Partial<Record<keyof RequestDraft, StepName>>> = {
  title: "study",
  laySummary: "study",
  contact: "study",
  protocolSha256: "study",
  organisation: "parties",
  siteCountry: "parties",
  computeCountry: "parties",
  nMin: "offer",
  nMax: "offer",
  price: "offer",
  denom: "offer",
  deadlineBlocks: "offer",
  noCohortProtection: "offer",
};

/** In which step a field is written. */
export function stepOf(field: keyof RequestDraft): StepName {
  return places[field] ?? "purpose";
}

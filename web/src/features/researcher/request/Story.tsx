import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../client/request";
import { DecisionState, State } from "../../../gen/volens/market/v1/market_pb";
import { Section } from "../../../ui/Section";
import { type Step, Timeline } from "../../../ui/Timeline";
import { At } from "../../shared/At";
import { useHeight } from "../../shared/useHeight";

/** What happened to a request so far, and what comes next, each with its height. */
export function Story({ view }: { view: RequestView }) {
  const { t } = useTranslation("researcher");
  const now = useHeight();
  const steps = storyOf(view, now).map(
    ({ key, text, state, heights, values }): Step => ({
      key,
      title: t(`story.${key}`),
      state,
      detail: (
        <>
          {t(`story.text.${text ?? key}`, values)}
          {heights.map((height) => (
            <div key={height.toString()}>
              <At height={height} />
            </div>
          ))}
        </>
      ),
    }),
  );
  return (
    <Section title={t("story.title")}>
      <Timeline steps={steps} label={t("story.title")} />
    </Section>
  );
}

/** One step of the story. `heights` are those of blocks that exist. */
export interface StoryStep {
  readonly key: "posted" | "opened" | "decided" | "cleared" | "released" | "paid" | "closed" | "cancelled" | "short";
  /** Key of the sentence below the title, if it is not that of the step. */
  readonly text?: string;
  readonly state: Step["state"];
  readonly heights: readonly bigint[];
  readonly values: Readonly<Record<string, string | number>>;
}

const answeredYes = [DecisionState.YES, DecisionState.WON, DecisionState.RELEASED, DecisionState.REFERRED];

/** The steps of a request in their order, by what the chain says. `now` is the present height. */
export function storyOf(view: RequestView, now: bigint | undefined): StoryStep[] {
  const { request, decisions, payments, seats } = view;
  const { state, spec } = request;
  const posted = request.openedHeight > 0n;
  const cleared = request.clearedHeight > 0n;
  const released = seats.flatMap((seat) => (seat.release ? [seat.release.height] : []));
  const settled = request.won > 0n && request.released + request.void === request.won;
  const held = payments.filter(({ paid, heldUntil }) => !paid && heldUntil > 0n);
  const last = rising(held.map(({ heldUntil }) => heldUntil)).at(-1) ?? 0n;
  const deadline = spec?.deadline ?? 0n;
  const steps: StoryStep[] = [
    { key: "posted", state: "done", heights: [request.height], values: {} },
    {
      key: "opened",
      state: posted ? "done" : state === State.SUBMITTED ? "now" : "later",
      heights: posted ? [request.openedHeight] : [],
      values: { seats: Number(request.seats), most: spec?.nMax ?? 0 },
    },
    {
      key: "decided",
      state: cleared ? "done" : state === State.OPEN ? "now" : "later",
      heights: rising(decisions.map(({ height }) => height)).slice(-5),
      text: now !== undefined && deadline > now && !cleared ? "decided" : "answered",
      values: {
        yes: decisions.filter((decision) => answeredYes.includes(decision.state)).length,
        count: decisions.length,
        deadline: deadline.toString(),
        left: now === undefined || deadline <= now ? "0" : (deadline - now).toString(),
      },
    },
  ];
  const end = endOf(state, deadline);
  if (end) return [...steps, end];
  return [
    ...steps,
    {
      key: "cleared",
      state: cleared ? "done" : "later",
      heights: cleared ? [request.clearedHeight] : [],
      values: { count: Number(request.won) },
    },
    {
      key: "released",
      state: settled ? "done" : cleared ? "now" : "later",
      heights: rising([...new Set(released)]),
      values: { released: Number(request.released), won: Number(request.won), void: Number(request.void) },
    },
    {
      key: "paid",
      state: settled && held.length === 0 ? "done" : settled ? "now" : "later",
      heights: [],
      text: held.length > 0 ? "paid" : "nothingHeld",
      values: { count: held.length, until: last.toString() },
    },
    {
      key: "closed",
      state: state === State.CLOSED ? "done" : "later",
      heights: [],
      values: {},
    },
  ];
}

function rising(heights: readonly bigint[]): bigint[] {
  return heights.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The end of a request that never cleared. */
function endOf(state: State, deadline: bigint): StoryStep | undefined {
  if (state === State.CANCELLED) return { key: "cancelled", state: "failed", heights: [], values: {} };
  if (state !== State.FAILED_SHORT) return undefined;
  return { key: "short", state: "failed", heights: [deadline], values: {} };
}

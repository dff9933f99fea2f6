import { useQuery } from "@tanstack/react-query";
import type { Offer } from "../../client/catalogue";
import { inquire } from "../../client/facts";
import { type RequestDraft, statedUse } from "../../client/requestdraft";
import { asFault, Fault } from "../../core/fault";
import { useActor, useSession } from "../shared/session";
import type { Suits } from "./catalogue";
import { useDrafts } from "./useDrafts";

/** What the rules say about each offer for a draft of this device, by its name; nothing without one. */
export function useSuits(name: string, offers: readonly Offer[]) {
  const drafts = useDrafts();
  return useSuitsOf(drafts.data?.find(({ random }) => random === name)?.draft, offers);
}

/** What the rules say about each offer for a draft. The chain asks again, and only its answer counts. */
export function useSuitsOf(draft: RequestDraft | undefined, offers: readonly Offer[]) {
  const { node } = useSession();
  const researcher = useActor();
  const query = useQuery({
    queryKey: ["chain", "suits", researcher, draft, offers.map(({ dataset }) => dataset.id)],
    enabled: draft !== undefined && researcher !== "",
    queryFn: async (): Promise<ReadonlyMap<string, Suits>> => {
      if (!draft || researcher === "") throw new Fault("usage", "no-draft");
      const inquiry = await inquire(node, statedUse(draft, researcher));
      const all = offers.map(async (offer) => [offer.dataset.id, await inquiry.permits(offer)] as const);
      return new Map(await Promise.all(all));
    },
  });
  return {
    data: draft ? query.data : undefined,
    fault: query.error ? asFault(query.error) : undefined,
    again: () => void query.refetch(),
  };
}

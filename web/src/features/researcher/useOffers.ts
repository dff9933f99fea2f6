import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { mostLooked, type Offer, offers } from "../../client/catalogue";
import { asFault, type Fault } from "../../core/fault";
import { useSession } from "../shared/session";

/** The offers that were read so far. */
export interface Offers {
  readonly offers: readonly Offer[];
  readonly fault: Fault | undefined;
  /** Whether more are on their way. */
  readonly reading: boolean;
  /** Whether there are more than a catalogue looks at. */
  readonly cut: boolean;
  readonly again: () => void;
}

/** Reads the active datasets page by page, up to 2000. */
export function useOffers(): Offers {
  const { node } = useSession();
  const query = useInfiniteQuery({
    queryKey: ["offers"],
    queryFn: ({ pageParam }) => offers(node, pageParam),
    initialPageParam: new Uint8Array() as Uint8Array,
    getNextPageParam: (last) => last.next,
    // Consents change with the blocks; a whole catalogue is not read anew for each of them.
    staleTime: 30_000,
  });
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  const all = data?.pages.flatMap((page) => page.offers) ?? [];
  const more = hasNextPage && !isError && all.length < mostLooked;
  useEffect(() => {
    if (more && !isFetchingNextPage) void fetchNextPage();
  }, [more, isFetchingNextPage, fetchNextPage]);
  return {
    offers: all,
    fault: query.error ? asFault(query.error) : undefined,
    reading: query.isPending || more,
    cut: hasNextPage && all.length >= mostLooked,
    again: () => void query.refetch(),
  };
}

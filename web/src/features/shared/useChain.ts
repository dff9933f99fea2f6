import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Node } from "../../chain/node";
import { useSession } from "./session";

/**
 * Asks the chain something, and anew after each block. `key` names the question; it holds texts only, as a query key is
 * compared as JSON. While the answer to another key is awaited, the one before stays.
 */
export function useChain<T>(
  key: readonly string[],
  question: (node: Node) => Promise<T>,
  options: { readonly enabled?: boolean } = {},
): UseQueryResult<T> {
  const { node } = useSession();
  return useQuery({
    queryKey: ["chain", ...key],
    queryFn: () => question(node),
    placeholderData: keepPreviousData,
    ...options,
  });
}

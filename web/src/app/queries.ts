import { QueryClient } from "@tanstack/react-query";
import { asFault } from "../core/fault";

/** What is known of the chain stays fresh until the next block, which invalidates it; see `useHeight`. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      networkMode: "always",
      refetchOnWindowFocus: false,
      // Only what may be tried again is tried again.
      retry: (failures, error) => asFault(error).kind === "unavailable" && failures < 4,
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5000),
    },
    mutations: { networkMode: "always", retry: false },
  },
});

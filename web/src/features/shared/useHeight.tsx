import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { follow, type Live } from "../../chain/live";
import { useSession } from "./session";

const Context = createContext<Live>({ state: "silent" });

/**
 * Follows the chain while the page is seen. Every new block makes what is known of the chain stale: queries whose key
 * begins with `"chain"` are asked again when a screen shows them.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { node } = useSession();
  const queries = useQueryClient();
  const [live, setLive] = useState<Live>({ state: "live" });
  useEffect(() => {
    let stop = new AbortController();
    const watch = () => {
      stop.abort();
      if (document.hidden) return;
      stop = new AbortController();
      void follow(node, {
        signal: stop.signal,
        onChange: (next) => {
          setLive(next);
          if (next.state === "live") void queries.invalidateQueries({ queryKey: ["chain"] });
        },
      });
    };
    watch();
    document.addEventListener("visibilitychange", watch);
    return () => {
      document.removeEventListener("visibilitychange", watch);
      stop.abort();
    };
  }, [node, queries]);
  return <Context.Provider value={live}>{children}</Context.Provider>;
}

/** Where the chain is, and whether it is heard. */
export function useLive(): Live {
  return useContext(Context);
}

/** The latest height; undefined before the node's first answer. */
export function useHeight(): bigint | undefined {
  return useLive().status?.height;
}

/** The time of the latest block in milliseconds since 1970; the device's clock before the first answer. */
export function useNow(): number {
  return useLive().status?.time ?? Date.now();
}

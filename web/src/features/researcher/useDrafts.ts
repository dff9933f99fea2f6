import { useQuery } from "@tanstack/react-query";
import { drafts } from "../../client/request";
import { useSession, useVault } from "../shared/session";

/** The drafts of requests on this device, while the keys are unlocked; none else. */
export function useDrafts() {
  const { vault } = useSession();
  const { status } = useVault();
  return useQuery({
    queryKey: ["drafts"],
    queryFn: () => drafts({ vault }),
    enabled: status === "open",
    staleTime: 0,
  });
}

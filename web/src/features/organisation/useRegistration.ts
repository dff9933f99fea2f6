import { registration } from "../../client/organisations";
import { useDesk } from "../shared/session";
import { useChain } from "../shared/useChain";

/** The registration of the present account; null if there is none. */
export function useRegistration() {
  const { address } = useDesk();
  return useChain(["registration", address], async (node) => (await registration(node, address)) ?? null);
}

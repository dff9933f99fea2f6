import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { type DatasetView, datasetsOf } from "../../client/dataset";
import { useSession, useVault } from "../shared/session";
import { useChain } from "../shared/useChain";

/** The addresses of all accounts of the open vault. */
export function useAddresses(): readonly string[] | undefined {
  const { vault } = useSession();
  const state = useVault();
  const main = state.status === "open" ? state.main : "";
  const { data } = useQuery({
    queryKey: ["accounts", main],
    queryFn: async () => (await vault.accounts()).map(({ address }) => address),
    enabled: main !== "",
  });
  return data;
}

/** All datasets of the vault's accounts, the newest first. */
export function useDatasets(): UseQueryResult<DatasetView[]> {
  const addresses = useAddresses();
  return useChain(["datasets", ...(addresses ?? [])], (node) => datasetsOf(node, addresses ?? []), {
    enabled: addresses !== undefined,
  });
}

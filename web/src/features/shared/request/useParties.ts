import { organisationAt } from "../../../client/dataset";
import type { Use } from "../../../gen/volens/consent/v1/duo_pb";
import { useChain } from "../useChain";

/** The organisation that asks, and the one in whose interest that is where it is another. */
export function useParties(use: Use | undefined) {
  const [organisation, owner] = [use?.organisation ?? "", use?.beneficialOwner ?? ""];
  return useChain(
    ["organisation", organisation, owner],
    async (node) => ({
      organisation: await organisationAt(node, organisation),
      owner: owner === organisation ? undefined : await organisationAt(node, owner),
    }),
    { enabled: organisation !== "" },
  );
}

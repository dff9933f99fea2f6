import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Sealed } from "../../../client/sealer";
import { useSession } from "../../shared/session";
import { startDelivery } from "./deliveries";

/** Sends a file that was locked on this device, and goes to the screen that shows how far it is. */
export function useDeliver(): (sealed: Sealed) => void {
  const { person } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (sealed) => {
    void queries.invalidateQueries({ queryKey: ["accounts"] });
    startDelivery(person, sealed);
    void navigate({ to: "/data/send" });
  };
}

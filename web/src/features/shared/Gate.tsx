import { Navigate } from "@tanstack/react-router";
import { lazy, type ReactNode } from "react";
import { Waiting } from "../../ui/Waiting";
import { useVault } from "./session";

const Unlock = lazy(() => import("./Unlock"));

/** Shows a screen when the vault is open; asks to unlock it, or leads newcomers to the welcome. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useVault();
  switch (state.status) {
    case "loading":
      return <Waiting />;
    case "none":
      return <Navigate to="/welcome" replace />;
    case "locked":
      return <Unlock methods={state.methods} />;
    case "open":
      return children;
  }
}

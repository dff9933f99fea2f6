import { Navigate } from "@tanstack/react-router";
import { lazy, type ReactNode } from "react";
import { Waiting } from "../../ui/Waiting";
import { useSigning, useVault } from "./session";

const Unlock = lazy(() => import("./Unlock"));
const BrokenVault = lazy(() => import("./BrokenVault"));

/** Shows a screen when the vault is open; asks to unlock it, leads newcomers to the welcome, or says what is broken. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useVault();
  const signing = useSigning();
  switch (state.status) {
    case "loading":
      return <Waiting page />;
    case "none":
      return <Navigate to="/welcome" replace />;
    case "broken":
      return <BrokenVault fault={state.fault} />;
    case "locked":
      return <Unlock methods={state.methods} />;
    case "open":
      // Who signs is read a moment after the words are.
      return signing.by === "loading" ? <Waiting page /> : children;
  }
}

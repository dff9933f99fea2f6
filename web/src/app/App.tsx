import "@mantine/core/styles.css";
import "../ui/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense } from "react";
import { SessionProvider } from "../features/shared/session";
import { LiveProvider } from "../features/shared/useHeight";
import { theme, variables } from "../ui/theme";
import { Waiting } from "../ui/Waiting";
import { Confirmations, ConfirmHost } from "./Confirm";
import { queries } from "./queries";
import { router } from "./router";
import { startSession } from "./session";

const confirmations = new Confirmations();
const session = startSession(confirmations.ask, queries);

/** The whole application. */
export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <SessionProvider session={session}>
          <LiveProvider>
            <Suspense fallback={<Waiting page />}>
              <RouterProvider router={router} />
            </Suspense>
            <ConfirmHost confirmations={confirmations} />
          </LiveProvider>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import i18next from "i18next";
import type { ReactNode } from "react";
import { prerender } from "react-dom/static";
import { initReactI18next } from "react-i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { Signing } from "../client/signing";
import type { VaultState } from "../client/vault";
import { Fault } from "../core/fault";
import problem from "../features/problem/locales/en.json";
import { Gate } from "../features/shared/Gate";
import shared from "../features/shared/locales/en.json";
import { type Session, SessionProvider } from "../features/shared/session";
import ui from "../ui/locales/en.json";
import { Page } from "../ui/Page";

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "en",
    resources: { en: { ui, shared, problem } },
    ns: ["ui", "shared", "problem"],
    defaultNS: "shared",
    interpolation: { escapeValue: false },
  }),
);

/** As much of a session as the gate looks at. */
function sessionOf(state: VaultState, signing: Signing): Session {
  const still = <T,>(value: T) => ({ state: () => value, subscribe: () => () => undefined });
  return { vault: still(state), signing: still(signing) } as unknown as Session;
}

/** What the gate shows, as a browser gets it. */
async function shown(state: VaultState, signing: Signing = { by: "words" }): Promise<string> {
  const screen = () => (
    <Gate>
      <Page title="The screen" />
    </Gate>
  );
  const root = createRootRoute();
  const route = createRoute({ getParentRoute: () => root, path: "/", component: screen });
  const router = createRouter({
    routeTree: root.addChildren([route]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  await router.load();
  const around = (children: ReactNode) => (
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <SessionProvider session={sessionOf(state, signing)}>{children}</SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
  const { prelude } = await prerender(around(<RouterProvider router={router} />));
  return new Response(prelude).text();
}

const titles = (html: string) => [...html.matchAll(/<h1[^>]*>(.*?)<\/h1>/g)].map(([, text]) => text);
const broken = (fault: Fault): VaultState => ({ status: "broken", fault: fault.plain() });

describe("the gate has one title of the first rank", () => {
  it.each<[string, VaultState, Signing, string]>([
    ["while the vault is looked for", { status: "loading" }, { by: "words" }, ui.loading],
    [
      "when it is locked",
      { status: "locked", methods: ["passkey", "passphrase"] },
      { by: "words" },
      shared.unlock.title,
    ],
    [
      "while it is looked for who signs",
      { status: "open", methods: [], main: "volens1", backedUp: true },
      { by: "loading" },
      ui.loading,
    ],
    [
      "when it is open: the screen's",
      { status: "open", methods: [], main: "volens1", backedUp: true },
      { by: "words" },
      "The screen",
    ],
    ["when it is damaged", broken(new Fault("integrity", "vault-damaged")), { by: "words" }, shared.broken.title],
  ])("%s", async (_, state, signing, title) => {
    expect(titles(await shown(state, signing))).toEqual([title]);
  });
});

describe("a vault that cannot be opened", () => {
  it("says what happened, what is safe and what to do, and leads to the words when it is damaged", async () => {
    const html = await shown(broken(new Fault("integrity", "vault-damaged")));
    expect(html).toContain(problem.error["vault-damaged"]);
    expect(html).toContain(shared.broken.safe);
    expect(html).toContain(problem.remedy["vault-damaged"]);
    expect(html).toContain('href="/welcome/restore"');
  });

  it.each(["vault-crashed", "device-storage"] as const)("asks for a new start of the page for %s", async (code) => {
    const html = await shown(broken(new Fault("unavailable", code)));
    expect(html).toContain(problem.error[code]);
    expect(html).toContain(shared.broken.reload);
    expect(html).not.toContain("/welcome/restore");
  });
});

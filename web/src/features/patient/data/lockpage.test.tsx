import { create } from "@bufbuild/protobuf";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import i18next from "i18next";
import { renderToString } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { Fault } from "../../../core/fault";
import { DatasetSchema } from "../../../gen/volens/dataset/v1/dataset_pb";
import ui from "../../../ui/locales/en.json";
import { type Session, SessionProvider } from "../../shared/session";
import patient from "../locales/en.json";
import { Ask } from "./LockPage";

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "en",
    resources: { en: { ui, patient } },
    ns: ["ui", "patient"],
    defaultNS: "patient",
    interpolation: { escapeValue: false },
  }),
);

const dataset = create(DatasetSchema, { id: "0a".repeat(16), version: 1n });
const router = createRouter({ routeTree: createRootRoute() });
const nothing = () => undefined;

/** What the page asks for when this device has papers of the version, or none, and an attempt has failed. */
function shown(here: boolean, fault?: Fault): string {
  const queries = new QueryClient();
  queries.setQueryData(["papers-here", dataset.id, "1"], here);
  return renderToString(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <RouterContextProvider router={router}>
          <SessionProvider session={{} as Session}>
            <Ask dataset={dataset} fault={fault} onLock={nothing} onFiles={nothing} />
          </SessionProvider>
        </RouterContextProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("locking again asks for the list of changes, or the files", () => {
  it.each<[boolean, boolean, string]>([
    [true, false, ""],
    [false, true, ""],
    [true, false, "gateway-silent"],
    [true, true, "report-of-other"],
    [true, true, "facets-differ"],
  ])("list %s on the device: asks %s after %s", (here, asks, code) => {
    const html = shown(here, code === "" ? undefined : new Fault("refused", code));
    expect(html).toContain(patient.lock.action);
    expect(html.includes(patient.lock.report.label)).toBe(asks);
    expect(html.includes(patient.lock.files.action)).toBe(asks);
  });
});

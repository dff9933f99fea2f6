import { create } from "@bufbuild/protobuf";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import i18next from "i18next";
import { useState } from "react";
import { renderToString } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { Fault } from "../../../core/fault";
import { DatasetSchema } from "../../../gen/volens/dataset/v1/dataset_pb";
import ui from "../../../ui/locales/en.json";
import { type Session, SessionProvider } from "../../shared/session";
import patient from "../locales/en.json";
import { Ask, useBadPapers } from "./LockPage";

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

/** The question after all of these attempts, each of which is rendered before the next one. */
function Asked({ faults }: { faults: readonly (Fault | undefined)[] }) {
  const [at, setAt] = useState(0);
  const badPapers = useBadPapers(faults[at]);
  if (at < faults.length - 1) setAt(at + 1);
  return <Ask dataset={dataset} badPapers={badPapers} fault={faults[at]} onLock={nothing} onFiles={nothing} />;
}

/** What the page asks for when this device has papers of the version, or none, and attempts have failed. */
function shown(here: boolean, faults: readonly (Fault | undefined)[]): string {
  const queries = new QueryClient();
  queries.setQueryData(["papers-here", dataset.id, "1"], here);
  return renderToString(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <RouterContextProvider router={router}>
          <SessionProvider session={{} as Session}>
            <Asked faults={faults} />
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
    [true, true, "deid-not-a-report"],
  ])("list %s on the device: asks %s after %s", (here, asks, code) => {
    const html = shown(here, [code === "" ? undefined : new Fault("refused", code)]);
    expect(html).toContain(patient.lock.action);
    expect(html.includes(patient.lock.report.label)).toBe(asks);
    expect(html.includes(patient.lock.files.action)).toBe(asks);
  });

  it.each<[string, boolean, (string | undefined)[]]>([
    ["still, when the list that was picked was not sent", true, ["report-of-other", undefined, "gateway-silent"]],
    ["still, when another attempt is on its way", true, ["facets-differ", undefined]],
    ["not, while no list was a wrong one", false, ["gateway-silent", undefined, "header-old"]],
  ])("%s", (_, asks, codes) => {
    const html = shown(
      true,
      codes.map((code) => (code === undefined ? undefined : new Fault("unavailable", code))),
    );
    expect(html.includes(patient.lock.report.label)).toBe(asks);
    expect(html.includes(patient.lock.files.action)).toBe(asks);
  });
});

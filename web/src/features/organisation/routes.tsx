import { IconBuildingHospital, IconId, IconMicroscope, IconScale } from "@tabler/icons-react";
import { z } from "zod";
import type { Area } from "../shared/area";

const queueSearch = z.object({ show: z.enum(["open", "all"]).catch("open").default("open") });

/** The organisations' screens: what is registered, and what waits in each role. */
export const area: Area = {
  name: "organisation",
  base: "/organisation",
  places: [
    { to: "/organisation", label: "place.own", icon: IconBuildingHospital },
    { to: "/organisation/inspections", label: "place.inspections", icon: IconMicroscope },
    { to: "/organisation/ethics", label: "place.ethics", icon: IconScale },
    { to: "/organisation/visas", label: "place.visas", icon: IconId },
  ],
  screens: [
    { path: "/organisation", load: () => import("./OwnPage") },
    {
      path: "/organisation/inspections",
      load: () => import("./InspectionsPage"),
      search: (raw) => queueSearch.parse(raw),
    },
    { path: "/organisation/inspections/$id", load: () => import("./InspectionPage") },
    { path: "/organisation/ethics", load: () => import("./EthicsPage") },
    { path: "/organisation/visas", load: () => import("./VisasPage") },
  ],
};

import { IconBuildingHospital, IconId, IconMicroscope, IconScale } from "@tabler/icons-react";
import type { Area } from "../shared/area";

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
    { path: "/organisation/inspections", load: () => import("./InspectionsPage") },
    { path: "/organisation/inspections/$id", load: () => import("./InspectionPage") },
    { path: "/organisation/ethics", load: () => import("./EthicsPage") },
    { path: "/organisation/disputes", load: () => import("./DisputesPage") },
    { path: "/organisation/visas", load: () => import("./VisasPage") },
  ],
};

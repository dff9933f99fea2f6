import { IconAdjustments, IconHeartbeat, IconKey, IconServer, IconTimeline } from "@tabler/icons-react";
import type { Area } from "../shared/area";

/** The operators' screens. They show what everybody may see, so they need no keys. */
export const area: Area = {
  name: "operator",
  base: "/network",
  places: [
    { to: "/network", label: "place.status", icon: IconHeartbeat },
    { to: "/network/committee", label: "place.committee", icon: IconKey },
    { to: "/network/releases", label: "place.releases", icon: IconTimeline },
    { to: "/network/gateways", label: "place.gateways", icon: IconServer },
    { to: "/network/parameters", label: "place.parameters", icon: IconAdjustments },
  ],
  screens: [
    { path: "/network", open: true, load: () => import("./StatusPage") },
    { path: "/network/committee", open: true, load: () => import("./CommitteePage") },
    { path: "/network/releases", open: true, load: () => import("./ReleasesPage") },
    { path: "/network/gateways", open: true, load: () => import("./GatewaysPage") },
    { path: "/network/parameters", open: true, load: () => import("./ParametersPage") },
  ],
};

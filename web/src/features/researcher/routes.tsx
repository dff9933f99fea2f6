import { IconCoin, IconDatabaseSearch, IconFileText, IconId } from "@tabler/icons-react";
import type { Area } from "../shared/area";

/** The researchers' screens. Looking at what is offered needs no keys. */
export const area: Area = {
  name: "researcher",
  base: "/research",
  places: [
    { to: "/research", label: "place.desk", icon: IconId },
    { to: "/research/datasets", label: "place.datasets", icon: IconDatabaseSearch },
    { to: "/research/requests", label: "place.requests", icon: IconFileText },
    { to: "/research/spending", label: "place.spending", icon: IconCoin },
  ],
  screens: [
    { path: "/research", load: () => import("./DeskPage") },
    { path: "/research/datasets", open: true, load: () => import("./CataloguePage") },
    { path: "/research/datasets/$id", open: true, load: () => import("./DatasetPage") },
    { path: "/research/requests", load: () => import("./RequestsPage") },
    { path: "/research/requests/new", load: () => import("./FormPage") },
    { path: "/research/requests/$id", load: () => import("./RequestPage") },
    { path: "/research/spending", load: () => import("./SpendingPage") },
  ],
};

import { IconHome2 } from "@tabler/icons-react";
import type { Area } from "../shared/area";

/** The patient's screens. */
export const area: Area = {
  name: "patient",
  base: "/",
  places: [{ to: "/", label: "place.home", icon: IconHome2 }],
  screens: [
    { path: "/", open: true, load: () => import("./Welcome") },
    { path: "/welcome", open: true, load: () => import("./Welcome") },
  ],
};

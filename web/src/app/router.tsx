import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import type { Screen } from "../features/shared/area";
import { areas } from "./areas";
import { Broken, Missing } from "./Broken";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Missing, errorComponent: Broken });

function route(screen: Screen) {
  return createRoute({
    getParentRoute: () => root,
    path: screen.path,
    ...(screen.search && { validateSearch: screen.search }),
    component: lazyRouteComponent(screen.load),
  });
}

/** The router over the screens of all areas. */
export const router = createRouter({
  routeTree: root.addChildren(areas.flatMap((area) => area.screens.map(route))),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

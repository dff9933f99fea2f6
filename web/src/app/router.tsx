import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { createElement } from "react";
import type { Screen } from "../features/shared/area";
import { Gate } from "../features/shared/Gate";
import { areas } from "./areas";
import { Broken, Missing } from "./Broken";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Missing, errorComponent: Broken });

function route(screen: Screen) {
  const Shown = lazyRouteComponent(screen.load);
  return createRoute({
    getParentRoute: () => root,
    path: screen.path,
    ...(screen.search && { validateSearch: screen.search }),
    component: () => (screen.open ? createElement(Shown) : createElement(Gate, null, createElement(Shown))),
  });
}

/** The router over the screens of all areas. */
export const router = createRouter({
  routeTree: root.addChildren(areas.flatMap((area) => area.screens.map(route))),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Area, Place } from "../features/shared/area";
import { Pulse } from "../features/shared/Pulse";
import { Waiting } from "../ui/Waiting";
import { areaOf, footPlaces } from "./areas";
import { Mark } from "./Mark";
import { MenuButton } from "./MenuButton";

/** Header, places of the present area, and the screen. On a phone the places are at the foot. */
export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const area = areaOf(path);
  const { t } = useTranslation("ui");
  const bare = path === "/welcome" || path.startsWith("/welcome/");
  return (
    <div className={bare ? "volens-shell volens-shell-bare" : "volens-shell"}>
      <a className="volens-skip" href="#main">
        {t("skip")}
      </a>
      <header className="volens-header volens-surface">
        <Link to={area.base} className="volens-link" aria-label={t("home")}>
          <Mark />
        </Link>
        <div className="volens-header-end">
          <Pulse />
          <MenuButton area={area} />
        </div>
      </header>
      {!bare && <Places area={area} path={path} kind="side" places={area.places} />}
      <main id="main" tabIndex={-1} className="volens-main">
        <Suspense fallback={<Waiting page />}>
          <Outlet />
        </Suspense>
      </main>
      {!bare && <Places area={area} path={path} kind="foot" places={area.places.slice(0, footPlaces)} />}
    </div>
  );
}

/** Whether a place is where the path is: the place with the longest address that the path begins with. */
function isAt(place: Place, area: Area, path: string): boolean {
  const fits = (to: string) => path === to || (to !== area.base && path.startsWith(`${to}/`));
  return fits(place.to) && !area.places.some((other) => other.to.length > place.to.length && fits(other.to));
}

interface PlacesProps {
  readonly area: Area;
  readonly path: string;
  readonly places: readonly Place[];
  /** Beside the screen where there is room, at the foot of a phone; the style sheet shows one of them. */
  readonly kind: "side" | "foot";
}

function Places({ area, path, places, kind }: PlacesProps) {
  const { t } = useTranslation([area.name, "ui"]);
  return (
    <nav className={`volens-${kind} volens-surface`} aria-label={t("ui:places")}>
      {places.map((place) => (
        <Link
          key={place.to}
          to={place.to}
          activeOptions={{ exact: true, includeSearch: false }}
          className="volens-place"
          aria-current={isAt(place, area, path) ? "page" : undefined}
        >
          <place.icon size={24} stroke={1.6} aria-hidden />
          <span>{t(place.label)}</span>
        </Link>
      ))}
    </nav>
  );
}

import { AppShell, Box, Group, NavLink, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Area, Place } from "../features/shared/area";
import { Waiting } from "../ui/Waiting";
import { areaOf } from "./areas";
import { Mark } from "./Mark";
import { Menus } from "./Menus";

/** Header, places of the present area, and the screen. On a phone the places are at the foot. */
export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const area = areaOf(path);
  const { t } = useTranslation("ui");
  const wide = useMediaQuery("(min-width: 62em)", undefined, { getInitialValueInEffect: false });
  const bare = path === "/welcome" || path.startsWith("/welcome/");
  return (
    <AppShell
      layout="default"
      header={{ height: 60 }}
      navbar={{ width: 248, breakpoint: "62em", collapsed: { mobile: true, desktop: bare } }}
      footer={{ height: 64, collapsed: bare || wide === true }}
      padding={0}
    >
      <a className="volens-skip" href="#main">
        {t("skip")}
      </a>
      <AppShell.Header className="volens-surface">
        <Group h="100%" px={{ base: "sm", sm: "lg" }} justify="space-between" wrap="nowrap" gap="xs">
          <Link to={area.base} className="volens-link" aria-label={t("home")}>
            <Mark />
          </Link>
          <Group gap={4} wrap="nowrap">
            <Menus area={area} />
          </Group>
        </Group>
      </AppShell.Header>
      {!bare && wide && (
        <AppShell.Navbar p="md" className="volens-surface">
          <Places area={area} path={path} />
        </AppShell.Navbar>
      )}
      <AppShell.Main id="main" tabIndex={-1}>
        <Box px={{ base: "md", sm: "xl" }} py={{ base: "lg", sm: "xl" }}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </Box>
      </AppShell.Main>
      {!bare && !wide && (
        <AppShell.Footer className="volens-surface">
          <Tabs area={area} path={path} />
        </AppShell.Footer>
      )}
    </AppShell>
  );
}

/** Whether a place is where the path is: the place with the longest address that the path begins with. */
function isAt(place: Place, area: Area, path: string): boolean {
  const fits = (to: string) => path === to || (to !== area.base && path.startsWith(`${to}/`));
  return fits(place.to) && !area.places.some((other) => other.to.length > place.to.length && fits(other.to));
}

function Places({ area, path }: { area: Area; path: string }) {
  const { t } = useTranslation([area.name, "ui"]);
  return (
    <Stack component="nav" aria-label={t("ui:places")} gap={4}>
      {area.places.map((place) => (
        <NavLink
          key={place.to}
          component={Link}
          to={place.to}
          activeOptions={{ exact: true, includeSearch: false }}
          label={t(place.label)}
          leftSection={<place.icon size={22} stroke={1.6} aria-hidden />}
          active={isAt(place, area, path)}
          aria-current={isAt(place, area, path) ? "page" : undefined}
        />
      ))}
    </Stack>
  );
}

function Tabs({ area, path }: { area: Area; path: string }) {
  const { t } = useTranslation([area.name, "ui"]);
  return (
    <nav className="volens-tabs" aria-label={t("ui:places")}>
      {area.places.slice(0, 5).map((place) => (
        <Link
          key={place.to}
          to={place.to}
          activeOptions={{ exact: true, includeSearch: false }}
          className="volens-tab"
          aria-current={isAt(place, area, path) ? "page" : undefined}
        >
          <place.icon size={24} stroke={1.6} aria-hidden />
          <span>{t(place.label)}</span>
        </Link>
      ))}
    </nav>
  );
}

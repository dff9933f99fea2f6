import type { Area } from "../features/shared/area";

const found = import.meta.glob<{ area: Area }>("../features/*/routes.tsx", { eager: true });

/** The areas of the app, the patient's first. */
export const areas: readonly Area[] = Object.values(found)
  .map((module) => module.area)
  .sort((a, b) => a.base.length - b.base.length);

/** As many places fit at the foot of a phone; the others are reached through the menu. */
export const footPlaces = 5;

/** The area that a path belongs to: the one with the longest base that it begins with. */
export function areaOf(path: string): Area {
  const fitting = areas.filter(({ base }) => base === "/" || path === base || path.startsWith(`${base}/`));
  const area = fitting.at(-1) ?? areas[0];
  if (!area) throw new Error("the app has no area");
  return area;
}

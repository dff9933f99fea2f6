import type { Icon } from "@tabler/icons-react";
import type { ComponentType } from "react";

/** The parts of the app, one for each role. Each is also the name of its texts. */
export type AreaName = "patient" | "researcher" | "organisation" | "operator";

/** A screen of an area, loaded when somebody goes there. */
export interface Screen {
  /** The whole path, with parameters as `$name`: `/research/requests/$id`. */
  readonly path: string;
  readonly load: () => Promise<{ default: ComponentType }>;
  /**
   * Whether it can be seen without unlocked keys. Others are shown behind the unlock screen, and lead to `/welcome`
   * when there are no keys on this device.
   */
  readonly open?: boolean;
  /** Checks and completes the search parameters; throws for what makes no sense. */
  readonly search?: (raw: Record<string, unknown>) => Record<string, unknown>;
}

/** A place in an area's navigation. */
export interface Place {
  readonly to: string;
  /** Key of the text in the area's namespace. */
  readonly label: string;
  readonly icon: Icon;
}

/**
 * What an area adds to the app. Each `features/<role>/routes.tsx` exports one as `area`, and the app finds it there:
 * it is loaded with the first page, so it imports screens lazily and nothing else that is large.
 */
export interface Area {
  readonly name: AreaName;
  /** Where it begins: `/`, `/research`, `/organisation`, `/network`. */
  readonly base: string;
  readonly places: readonly Place[];
  readonly screens: readonly Screen[];
}

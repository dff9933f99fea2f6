import { useSearch } from "@tanstack/react-router";

/**
 * The search parameters of a screen, checked and completed by its own schema. Screens do this, not routes: what checks
 * is then loaded with the screen, and not with the first page of everybody.
 */
export function useChecked<T>(schema: { parse(raw: unknown): T }): T {
  return schema.parse(useSearch({ strict: false }));
}

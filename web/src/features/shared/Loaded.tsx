import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asFault } from "../../core/fault";
import { Problem } from "../../ui/Problem";
import { Waiting } from "../../ui/Waiting";

/** What a question brought: a sign of waiting, what went wrong, or the content. What is known stays when asking again fails. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Problem fault={asFault(query.error)} again={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Problem fault={asFault(query.error)} again={() => void query.refetch()} />;
  return <Waiting />;
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asFault, type Fault } from "../../core/fault";

/** Something that a person does once, by a button. */
export interface Action<In, Out> {
  readonly run: (input: In) => void;
  readonly busy: boolean;
  readonly fault: Fault | undefined;
  readonly result: Out | undefined;
  /** Forgets fault and result. */
  readonly reset: () => void;
}

/** Makes a button's deed of a function. When it ended, well or not, what is known of the chain is asked anew. */
export function useAction<In, Out>(act: (input: In) => Promise<Out>, done?: (result: Out) => void): Action<In, Out> {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: act,
    onSettled: () => queries.invalidateQueries({ queryKey: ["chain"] }),
    ...(done && { onSuccess: done }),
  });
  return {
    run: (input) => mutation.mutate(input),
    busy: mutation.isPending,
    fault: mutation.error ? asFault(mutation.error) : undefined,
    result: mutation.data,
    reset: mutation.reset,
  };
}

import type { TableState } from "#ui/kit/table-types.ts";

type Query = Readonly<{ data?: unknown; isPending: boolean; isError: boolean; isPlaceholderData?: boolean }>;

/** The state of a list by its query: the next page while it comes is loading, old rows after a failure are stale. */
export function tableState({ data, isPending, isError, isPlaceholderData }: Query): TableState {
  if (isError) return data === undefined ? "error" : "stale";
  return isPending || isPlaceholderData === true ? "loading" : "ready";
}

import { defaultShouldDehydrateQuery, QueryCache, QueryClient, type InvalidateOptions, type InvalidateQueryFilters, type QueryKey } from "@tanstack/react-query";
import superjson from "superjson";

/** Keys hold amounts, which are bigints, and JSON knows none. */
const hashKey = (key: readonly unknown[]): string => JSON.stringify(key, (_name, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));

const FRESH_MS = 15_000;
const RETRIES = 2;

/** What a procedure answered with, as far as this file needs it. */
const codeOf = (error: unknown): string | undefined => (error as { data?: { code?: string } | null }).data?.code;

/** Answers that asking again does not change. */
const FINAL = new Set(["UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "BAD_REQUEST", "CONFLICT", "PRECONDITION_FAILED"]);

/** The library lets a first load go on when its answer is declared stale, and then takes that answer for fresh. */
class FreshQueryClient extends QueryClient {
  override async invalidateQueries<Key extends QueryKey = QueryKey>(filters?: InvalidateQueryFilters<Key>, options?: InvalidateOptions): Promise<void> {
    const early = this.getQueryCache().findAll(filters as InvalidateQueryFilters).filter(({ state }) => state.fetchStatus === "fetching" && state.data === undefined);
    await Promise.all(early.map((query) => query.cancel({ silent: true })));
    await super.invalidateQueries(filters, options);
  }
}

/** @param signedOut called when the session is over */
export const createQueryClient = (signedOut?: () => void): QueryClient =>
  new FreshQueryClient({
    queryCache: new QueryCache({ onError: (error) => codeOf(error) === "UNAUTHORIZED" && signedOut?.() }),
    defaultOptions: {
      queries: { staleTime: FRESH_MS, queryKeyHashFn: hashKey, retry: (failures, error) => failures < RETRIES && !FINAL.has(codeOf(error) ?? "") },
      dehydrate: { serializeData: superjson.serialize, shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === "pending" },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });

import type { Operation } from "#relay/dialects/dialect.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";

const NONE: readonly ProviderEndpoint[] = [];

/** Everything a provider offers for an operation, the preferred endpoint first. */
export function endpointsOf({ paths }: Pick<Provider, "paths">, operation: Operation): readonly ProviderEndpoint[] {
  const offered = paths[operation];
  if (offered === undefined) return NONE;
  return isList(offered) ? offered : [offered];
}

const isList = (offered: ProviderEndpoint | readonly ProviderEndpoint[]): offered is readonly ProviderEndpoint[] => Array.isArray(offered);

import { ASKED_CHARS_MAX, isWildcard, restOf, upstreamOf } from "#catalog/wildcard.ts";
import type { Model, Route, Snapshot, Tier } from "#snapshot/snapshot.ts";

/** Models that stand for all names that begin as they do. */
export type Wildcards = Readonly<{
  /** The longest first. */
  models: readonly Model[];
  /** Names below them that stay out of reach: the operator has a model of that name and does not sell it now. */
  withheld: ReadonlySet<string>;
  isOffered(model: Model, groupId: string): boolean;
}>;

/** @param names of models that are not sold, and their aliases */
export function collectWildcards(models: Iterable<Model>, withheld: ReadonlySet<string>, isOffered: Wildcards["isOffered"]): Wildcards | undefined {
  const found = [...models].filter(({ name }) => isWildcard(name)).sort((a, b) => b.name.length - a.name.length);
  return found.length === 0 ? undefined : { models: found, withheld, isOffered };
}

/** The model behind a name that no model and no alias has: the longest wildcard's, under the name that is asked for. */
export function modelBelow({ wildcards }: Snapshot, name: string): Model | undefined {
  if (!wildcards || name.length > ASKED_CHARS_MAX || wildcards.withheld.has(name)) return undefined;
  for (const of of wildcards.models) {
    const rest = restOf(of.name, name);
    if (rest !== undefined) return { ...of, name, wildcard: { of, rest } };
  }
  return undefined;
}

/** The model that is sold: whose price, limits and routes they are, and by whose name things are remembered. */
export const soldModel = (model: Model): Model => model.wildcard?.of ?? model;

/** Who serves a model for a group, by descending priority. */
export function tiersFor({ routes }: Pick<Snapshot, "routes">, groupId: string, { name, wildcard }: Pick<Model, "name" | "wildcard">): readonly Tier[] {
  if (!wildcard) return routes.get(`${groupId}\0${name}`) ?? NO_TIERS;
  const tiers = routes.get(`${groupId}\0${wildcard.of.name}`) ?? NO_TIERS;
  return tiers.map(({ priority, routes: all }) => ({ priority, routes: all.map((route) => routeBelow(route, wildcard.rest)) }));
}

/** Is anybody there to serve a model for a group? */
export const isRouted = ({ routes }: Pick<Snapshot, "routes">, groupId: string, model: Model): boolean => routes.has(`${groupId}\0${soldModel(model).name}`);

const NO_TIERS: readonly Tier[] = [];

const routeBelow = (route: Route, rest: string): Route => ({ ...route, upstreamModel: upstreamOf(route.upstreamModel, rest), countsAs: route.upstreamModel });

/** The name under which a route's health, speed and cost are kept: never one that a customer has chosen. */
export const countedName = ({ upstreamModel, countsAs }: Pick<Route, "upstreamModel" | "countsAs">): string => countsAs ?? upstreamModel;

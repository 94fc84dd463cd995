import { ASKED_CHARS_MAX, isWildcard, restOf, upstreamOf } from "#catalog/wildcard.ts";
import type { Model, Route, Snapshot, Tier } from "#snapshot/snapshot.ts";

/** Models that stand for all names that begin as they do. */
export type Wildcards = Readonly<{
  /** The longest first; one without a model is not sold now, and what stands below it is not sold by a shorter one. */
  entries: readonly Readonly<{ name: string; of: Model | undefined }>[];
  /** Names below them that stay out of reach: the operator has a model of that name and does not sell it now. */
  withheld: ReadonlySet<string>;
  isOffered(model: Model, groupId: string): boolean;
}>;

/** @param withheld names of models that are not sold, and their aliases; @returns undefined where none is sold */
export function collectWildcards(models: Iterable<Model>, withheld: ReadonlySet<string>, isOffered: Wildcards["isOffered"]): Wildcards | undefined {
  const sold = [...models].filter(({ name }) => isWildcard(name)).map((of) => ({ name: of.name, of }));
  if (sold.length === 0) return undefined;
  const closed = [...withheld].filter(isWildcard).map((name) => ({ name, of: undefined }));
  return { entries: [...sold, ...closed].sort((a, b) => b.name.length - a.name.length), withheld, isOffered };
}

/** The model behind a name that no model and no alias has: the longest wildcard's, under the name that is asked for. */
export function modelBelow({ wildcards }: Snapshot, name: string): Model | undefined {
  if (!wildcards || name.length > ASKED_CHARS_MAX || wildcards.withheld.has(name)) return undefined;
  for (const { name: wildcard, of } of wildcards.entries) {
    const rest = restOf(wildcard, name);
    if (rest !== undefined) return of && { ...of, name, wildcard: { of, rest } };
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

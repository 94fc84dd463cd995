// Models that stand for all names that begin as they do: `vendor/*`. Their rows are models like any other; what is asked for
// is a name below them, of which the rest is the vendor's.

/** Names that clients ask for are no longer than this, with everything that may stand around a model's name. */
export const ASKED_CHARS_MAX = 256;
const NAME_CHARS_MAX = 200;

/**
 * What a customer may have passed on as a vendor's name: it may end up in the path of an address, so it has neither dots for
 * segments nor anything that begins a query, and needs no escape.
 */
const PASSED_ON = /^[A-Za-z0-9@][\w.@:+~-]*(?:\/[\w@~][\w.@:+~-]*)*$/;

/** What such a row cannot have: nobody asks for it by a name of its own. */
export const WILDCARD_LACKS = ["aliases", "preset"] as const;

export const isWildcard = (name: string): boolean => name.endsWith("*");

/** What a name adds to a wildcard; undefined = it is not below it, or nothing that a vendor is asked for. */
export function restOf(wildcard: string, name: string): string | undefined {
  const length = wildcard.length - 1;
  if (name.length <= length || name.length > NAME_CHARS_MAX || !name.startsWith(wildcard.slice(0, -1))) return undefined;
  const rest = name.slice(length);
  // Tables are looked things up in by vendors' names.
  return PASSED_ON.test(rest) && !(rest in Object.prototype) && !(name in Object.prototype) ? rest : undefined;
}

/** A channel's name for what is asked for: `*` in its own stands for the rest. */
export const upstreamOf = (upstream: string, rest: string): string => upstream.slice(0, -1) + rest;

/** How a channel serves a model that its operator gives no other name for: a wildcard passes the rest on. */
export const ownUpstream = (publicName: string): string => (isWildcard(publicName) ? "*" : publicName);

/** Why a channel cannot serve one name under another; undefined = it can. */
export const mappingProblem = (publicName: string, upstream: string): string | undefined =>
  (isWildcard(publicName) && !/^[^*]*\*$/.test(upstream) ? `'${publicName}' must be served under a name that ends in its only *, such as '*' or 'prefix/*'` : undefined);

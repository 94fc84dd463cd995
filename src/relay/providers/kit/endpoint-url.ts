import type { Operation } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import type { Provider } from "#relay/providers/provider.ts";

/** Endpoint tails that people paste along with the base; longest first. */
const TAILS = ["/v1/messages", "/chat/completions", "/images/generations", "/completions", "/responses", "/embeddings", "/messages"];
const VERSION = /^v\d+\w*$/;

/**
 * The address of an operation on a channel.
 *
 * Operators paste bases in all forms: with and without the version segment, with an endpoint's tail,
 * with a query. A base that ends in `#` is taken literally: only the last part of the path is added.
 *
 * @param baseUrl the channel's own; undefined = the provider's
 * @throws RelayError unsupported_endpoint when the provider has no such operation, no_available_channel
 *   when there is no base or it isn't a URL
 */
export function endpointUrl(provider: Provider, baseUrl: string | undefined, operation: Operation): URL {
  const endpoint = provider.paths[operation];
  if (!endpoint) throw new RelayError("unsupported_endpoint", "The model does not offer this endpoint.");
  const given = baseUrl?.trim() || provider.baseUrl;
  if (given === undefined) throw new RelayError("no_available_channel", "The channel has no address.");
  const isLiteral = given.endsWith("#");
  const url = parse(isLiteral ? given.slice(0, -1) : given);
  const path = url.pathname.replace(/\/+$/, "");
  if (isLiteral) url.pathname = `${path}/${endpoint.path.split("/").at(-1)}`;
  else url.pathname = join(withVersion(withoutTail(path), provider), endpoint.path);
  return url;
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new RelayError("no_available_channel", "The channel has no valid address.", { cause });
  }
}

function withoutTail(path: string): string {
  const tail = TAILS.find((end) => path.endsWith(end));
  return tail === undefined ? path : path.slice(0, -tail.length);
}

/** A bare host gets the path of the provider's own base, version segment included. */
function withVersion(path: string, provider: Provider): string {
  if (path !== "") return path;
  if (provider.basePath !== undefined) return provider.basePath;
  return provider.baseUrl === undefined ? "" : new URL(provider.baseUrl).pathname.replace(/\/+$/, "");
}

/** A path that begins with the version that the base ends in does not double it. */
function join(base: string, path: string): string {
  const first = path.split("/")[1] ?? "";
  const isDoubled = VERSION.test(first) && base.split("/").at(-1) === first;
  return `${isDoubled ? base.slice(0, -first.length - 1) : base}${path}`;
}

import type { Operation } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import { endpointsOf } from "#relay/providers/kit/endpoints.ts";
import type { Place, Provider, ProviderEndpoint } from "#relay/providers/provider.ts";

/** Endpoint tails that people paste along with the base; longest first. */
const TAILS = ["/v1/messages", "/chat/completions", "/images/generations", "/images/variations", "/images/edits", "/audio/transcriptions", "/audio/translations", "/audio/speech", "/moderations", "/rerank", "/completions", "/responses", "/embeddings", "/realtime", "/messages"];
const VERSION = /^v\d+\w*$/;
/** Where Azure's older addresses name the model. */
const DEPLOYMENT = /\/deployments\/[^/]+$/;

/** Where an endpoint is, whatever is spoken there. */
export type EndpointAddress = Pick<ProviderEndpoint, "path" | "streamPath" | "basePath" | "baseUrl">;

/** What the address itself says of a request. */
export type AddressedCall = Readonly<{ upstreamModel: string; stream: boolean; place?: Place | undefined }>;

/**
 * The address of an endpoint on a channel.
 *
 * Operators paste bases in all forms: with and without the version segment, with an endpoint's tail,
 * with a query. A base that ends in `#` is taken literally: only the last part of the path is added.
 *
 * @param baseUrl the channel's own; undefined = the provider's
 * @param wanted an endpoint of the provider, or an operation for the one it prefers
 * @param call needed where the endpoint's path names the model
 * @throws RelayError unsupported_endpoint when the provider has no such operation, no_available_channel
 *   when there is no base or it isn't a URL
 */
export function endpointUrl(provider: Provider, baseUrl: string | undefined, wanted: EndpointAddress | Operation, call?: AddressedCall): URL {
  const endpoint: EndpointAddress | undefined = typeof wanted === "string" ? endpointsOf(provider, wanted)[0] : wanted;
  if (!endpoint) throw new RelayError("unsupported_endpoint", "The model does not offer this endpoint.");
  const given = call?.place?.baseUrl ?? (baseUrl?.trim() || endpoint.baseUrl || provider.baseUrl);
  if (given === undefined) throw new RelayError("no_available_channel", "The channel has no address.");
  const isLiteral = given.endsWith("#");
  const url = parse(isLiteral ? given.slice(0, -1) : given);
  const [path, query] = (call?.stream ? endpoint.streamPath ?? endpoint.path : endpoint.path).split("?") as [string, string?];
  const named = filled(path.replace("{model}", call === undefined ? "" : inPath(call.upstreamModel, path)), call?.place);
  const base = url.pathname.replace(/\/+$/, "");
  if (isLiteral) url.pathname = `${base}/${named.split("/").at(-1)}`;
  else {
    const plain = withoutTail(base), start = plain.replace(DEPLOYMENT, "");
    // Addresses that name a deployment have an edition of their own, which the others refuse.
    if (start !== plain) url.searchParams.delete("api-version");
    url.pathname = join(basePathOf(withVersion(start, url, provider), provider, endpoint), named);
  }
  if (query !== undefined) for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value);
  return url;
}

/** Google lists its models with the segments that the path already has; Amazon's names of profiles are one segment, whatever they hold. */
function inPath(model: string, path: string): string {
  if (path.startsWith("/model/")) return encodeURIComponent(model);
  const at = path.indexOf("models/{model}");
  const name = at < 0 ? model : model.replace(/^(?:publishers\/[^/]+\/)?models\//, "");
  return name.split("/").map(encodeURIComponent).join("/");
}

/** What is not known stays in its braces. */
const filled = (path: string, place: Place | undefined): string =>
  (place === undefined ? path : path.replaceAll(/\{(\w+)\}/g, (braces, name: string) => place.fill[name] ?? braces));

/** Does the address depend on the request? */
export const isAddressedByCall = ({ path, streamPath }: ProviderEndpoint): boolean => streamPath !== undefined || path.includes("{");

/** An endpoint that is not below the provider's base takes that base's place, behind whatever the operator put before it. */
function basePathOf(path: string, provider: Provider, { basePath }: EndpointAddress): string {
  if (basePath === undefined || (basePath !== "" && path.endsWith(basePath))) return path;
  const own = provider.basePath ?? (provider.baseUrl === undefined ? "" : new URL(provider.baseUrl).pathname.replace(/\/+$/, ""));
  const replaced = own === "" || !path.endsWith(own) ? versionAtEnd(path) : own;
  const before = path.slice(0, path.length - replaced.length);
  return `${before}${basePath}`;
}

/** The version that a base was given with, though the provider's own has none. */
const versionAtEnd = (path: string): string => {
  const last = path.split("/").at(-1)!;
  return VERSION.test(last) ? `/${last}` : "";
};

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

/** A bare host gets the path of the provider's own base, version segment included; so does half of that path on the vendor's host. */
function withVersion(path: string, { host }: URL, provider: Provider): string {
  const own = provider.baseUrl === undefined ? undefined : new URL(provider.baseUrl);
  const whole = provider.basePath ?? own?.pathname.replace(/\/+$/, "") ?? "";
  if (path === "") return whole;
  const isHalf = whole.startsWith(`${path}/`) && !VERSION.test(path.split("/").at(-1)!) && (own === undefined || own.host === host);
  return isHalf ? whole : path;
}

/** A path that brings its version along takes the place of the version that the base ends in. */
function join(base: string, path: string): string {
  const first = path.split("/")[1] ?? "", last = base.split("/").at(-1)!;
  const isReplaced = VERSION.test(first) && VERSION.test(last);
  return `${isReplaced ? base.slice(0, -last.length - 1) : base}${path}`;
}

import type { Manner } from "#relay/dialects/error-forms.ts";
import { RelayError } from "#relay/errors.ts";
import type { Inbound } from "#relay/http/exchange.ts";
import { mannerOf } from "#relay/http/routes.ts";

/** Headers that hold a key and nothing else, as the SDKs of several vendors send them. */
const KEY_HEADERS = ["x-api-key", "x-goog-api-key", "api-key", "mj-api-secret"] as const;
/** Only Google's addresses know a key in the query. */
const QUERY_KEY_PATH = /^\/(?:gemini\/)?(?:v1beta|v1alpha)\/|^\/v1\/models\/[^/]+:/;

/** Where a client of each form puts its key. */
const HEADERS_OF: Readonly<Record<Manner, string>> = {
  openai: "'Authorization: Bearer <key>'",
  anthropic: "'x-api-key: <key>' or 'Authorization: Bearer <key>'",
  gemini: "'x-goog-api-key: <key>' or 'Authorization: Bearer <key>'",
};

/**
 * The API key of a call, wherever its SDK puts it. The same key in several places is one key; empty is absent.
 *
 * @throws RelayError key_missing, ambiguous_credentials (two different keys)
 */
export function presentedKey(inbound: Pick<Inbound, "headers" | "path" | "query">): string {
  const { headers, path } = inbound;
  const plain = plainBearer(inbound);
  if (plain !== undefined) return plain;
  const found = new Set<string>();
  for (const value of listed(headers.authorization)) {
    const key = fromAuthorization(value);
    if (key) found.add(key);
  }
  for (const name of KEY_HEADERS) for (const key of listed(headers[name])) found.add(key);
  if (QUERY_KEY_PATH.test(path)) for (const key of inbound.query.getAll("key")) if (key !== "") found.add(key);

  if (found.size > 1) throw new RelayError("ambiguous_credentials", "Two different API keys were sent. Send one.");
  const [key] = found;
  if (key === undefined) {
    throw new RelayError("key_missing", `No API key was sent. Send it as ${HEADERS_OF[mannerOf(inbound)]}.`);
  }
  return key;
}

/** The way of nearly every call: `Bearer <key>` and nothing else that could be a key. */
function plainBearer({ headers, path }: Pick<Inbound, "headers" | "path">): string | undefined {
  const value = headers.authorization;
  if (value === undefined || !(value.startsWith("Bearer ") || value.startsWith("bearer "))) return undefined;
  if (headers["x-api-key"] !== undefined || headers["x-goog-api-key"] !== undefined || headers["api-key"] !== undefined) return undefined;
  if (!path.startsWith("/v1/chat/") && QUERY_KEY_PATH.test(path)) return undefined;
  for (let at = BEARER; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code <= 32 || code === 44) return undefined; // blank or comma: to be looked at closely
  }
  return value.length > BEARER ? value.slice(BEARER) : undefined;
}

const BEARER = "Bearer ".length;

/** Repeated headers arrive joined by commas, which no key holds. */
const listed = (value: string | undefined): string[] =>
  value === undefined ? [] : value.split(",").map((part) => part.trim()).filter((part) => part !== "");

/** `Bearer <key>` in any case, or a bare key of one of our forms; other schemes are none of ours. */
function fromAuthorization(value: string): string | undefined {
  const bearer = /^bearer(?:\s+(.*))?$/i.exec(value);
  if (bearer) return bearer[1]?.trim() || undefined;
  return /^(?:sk|mm)-\S+$/.test(value) ? value : undefined;
}

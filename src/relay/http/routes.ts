import type { DialectId, Operation } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";

export type RouteParams = Readonly<{ id?: string; model?: string }>;

export type Route =
  | Readonly<{ kind: "operation"; operation: Operation; dialect: DialectId; params: RouteParams }>
  | Readonly<{ kind: "models" | "model" | "credits" | "generation"; params: RouteParams }>
  /** CORS: answer 204 with `preflightHeaders`. */
  | Readonly<{ kind: "preflight" }>
  | Readonly<{ kind: "error"; error: RelayError }>;

type Target = Readonly<{ method: "GET" | "POST"; route: (params: RouteParams) => Route }>;

const operation = (name: Operation, dialect: DialectId): Target =>
  ({ method: "POST", route: (params) => ({ kind: "operation", operation: name, dialect, params }) });
const lookUp = (kind: "models" | "model" | "credits" | "generation"): Target =>
  ({ method: "GET", route: (params) => ({ kind, params }) });

const CHAT = operation("chat", "openai-chat");
const COMPLETIONS = operation("completions", "openai-completions");
const EMBEDDINGS = operation("embeddings", "openai-embeddings");

/** Endpoints below a version prefix. A trailing `*` takes the rest of the path, slashes included. */
const ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ["chat/completions", CHAT],
  ["completions", COMPLETIONS],
  ["embeddings", EMBEDDINGS],
  ["models", lookUp("models")],
  ["credits", lookUp("credits")],
  ["generation", lookUp("generation")],
]);
const DEPLOYMENT_ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ["chat/completions", CHAT], ["completions", COMPLETIONS], ["embeddings", EMBEDDINGS],
]);

/** The OpenAI form stands under these; the longer ones first. */
const PREFIXES = ["/v1beta/openai/", "/openai/v1/", "/v1/"] as const;
/** Everything below these is the relay's, offered or not. */
const RELAY_ROOTS = ["/v1", "/v1beta", "/v1alpha", "/openai/v1", "/openai/deployments", "/anthropic", "/gemini", "/claude/v1"] as const;

/** Whether an address belongs to the relay; all others are the site's. `path` comes without its query. */
export const isRelayPath = (path: string): boolean => path.startsWith("/v1/") || RELAY_ROOTS.some((root) => path === root || path.startsWith(`${root}/`));

/**
 * What a call asks for. Never throws: a wrong address or method is a route of kind `error`
 * (unsupported_endpoint, method_not_allowed with an `allow` header, not_found).
 *
 * @param path without the query, percent-encoding kept
 */
export function matchRoute(method: string, path: string): Route {
  const found = find(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
  if (method === "OPTIONS") return { kind: "preflight" };
  if (!found) return { kind: "error", error: unsupported(path) };
  const { target, params } = found;
  if (method === target.method || (method === "HEAD" && target.method === "GET")) return target.route(params);
  const allow = target.method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  const error = new RelayError("method_not_allowed", `This address takes ${target.method}, not ${method.slice(0, 20)}.`, { headers: { allow } });
  return { kind: "error", error };
}

type Found = Readonly<{ target: Target; params: RouteParams }>;

function find(path: string): Found | undefined {
  const prefix = PREFIXES.find((start) => path.startsWith(start));
  if (prefix !== undefined) return findEndpoint(path.slice(prefix.length));
  const deployment = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(path);
  if (!deployment) return undefined;
  return withParam(DEPLOYMENT_ENDPOINTS.get(deployment[2]!), "model", deployment[1]!);
}

function findEndpoint(rest: string): Found | undefined {
  const exact = ENDPOINTS.get(rest);
  if (exact) return { target: exact, params: {} };
  const engine = /^engines\/(.+)\/embeddings$/.exec(rest);
  if (engine) return withParam(EMBEDDINGS, "model", engine[1]!);
  if (rest.startsWith("models/")) return withParam(lookUp("model"), "id", rest.slice("models/".length));
  if (rest.startsWith("generation/")) return withParam(lookUp("generation"), "id", rest.slice("generation/".length));
  return undefined;
}

function withParam(target: Target | undefined, name: keyof RouteParams, encoded: string): Found | undefined {
  const value = decode(encoded);
  return target && value ? { target, params: { [name]: value } } : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Nearest offered endpoint by what the address is about. */
const NEAREST: readonly (readonly [part: RegExp, instead: string])[] = [
  [/responses|messages|generateContent|assistants|threads|conversations/i, "POST /v1/chat/completions"],
  [/embed/i, "POST /v1/embeddings"],
  [/model/i, "GET /v1/models"],
  [/billing|usage|key|balance/i, "GET /v1/credits"],
];

function unsupported(path: string): RelayError {
  const instead = NEAREST.find(([part]) => part.test(path))?.[1] ?? "POST /v1/chat/completions";
  return new RelayError("unsupported_endpoint", `This address is not offered. The nearest one is ${instead}.`);
}

import type { Operation } from "#relay/dialects/dialect.ts";
import type { Manner } from "#relay/dialects/error-forms.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import type { TaskForm } from "#relay/tasks/task.ts";
import { findKling, findMidjourney, findSuno, findVideo, type TaskTarget } from "#relay/http/task-routes.ts";
import type { Inbound } from "#relay/http/exchange.ts";

export type RouteParams = Readonly<{ id?: string; model?: string }>;
/** The formats in which a conversation can be counted without being answered. */
export type CountedDialect = "anthropic" | "gemini" | "openai-responses";
export type TaskVerb = "submit" | "get" | "list" | "many" | "delete" | "content" | "seed";
export type RealtimeKeyForm = "client_secrets" | "sessions" | "transcription_sessions";
export type LookUpKind = "models" | "model" | "credits" | "key" | "subscription" | "billing-usage" | "generation" | "response" | "response-items" | "response-delete" | "response-cancel";

export type Route =
  /** `stream` where the address says it. */
  | Readonly<{ kind: "operation"; operation: Operation; dialect: ClientFormat; params: RouteParams; stream?: boolean }>
  | Readonly<{ kind: "count"; dialect: CountedDialect; params: RouteParams }>
  | Readonly<{ kind: LookUpKind; params: RouteParams }>
  /** Work that takes minutes. `speed` is Midjourney's. */
  | Readonly<{ kind: "task"; form: TaskForm; verb: TaskVerb; action?: string; speed?: string; params: RouteParams }>
  /** A conversation over a WebSocket, and the short-lived key that lets a browser begin one; told in one of two forms. */
  | Readonly<{ kind: "realtime" }>
  | Readonly<{ kind: "realtime-key"; form: RealtimeKeyForm; params: RouteParams }>
  /** What a coding client reports about itself: taken and forgotten, without a key. */
  | Readonly<{ kind: "telemetry" }>
  /** CORS: answer 204 with `preflightHeaders`. */
  | Readonly<{ kind: "preflight" }>
  | Readonly<{ kind: "error"; error: RelayError }>;

type Method = "GET" | "POST" | "DELETE";
type Target = Readonly<Partial<Record<Method, (params: RouteParams) => Route>>>;

const operation = (name: Operation, dialect: ClientFormat, stream?: boolean): Target =>
  ({ POST: (params) => ({ kind: "operation", operation: name, dialect, params, ...(stream !== undefined && { stream }) }) });
const count = (dialect: CountedDialect): Target => ({ POST: (params) => ({ kind: "count", dialect, params }) });
const lookUp = (kind: LookUpKind): Target => ({ GET: (params) => ({ kind, params }) });

const REALTIME: Target = { GET: () => ({ kind: "realtime" }) };
const realtimeKey = (form: RealtimeKeyForm): Target => ({ POST: (params) => ({ kind: "realtime-key", form, params }) });

const EMBEDDINGS = operation("embeddings", "openai-embeddings");
const DEPLOYMENT_ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ["chat/completions", operation("chat", "openai-chat")],
  ["completions", operation("completions", "openai-completions")],
  ["embeddings", EMBEDDINGS],
  ["images/generations", operation("images", "openai-images")],
  ["images/edits", operation("image-edits", "openai-images")],
  ["images/variations", operation("image-variations", "openai-images")],
  ["audio/speech", operation("speech", "openai-speech")],
  ["audio/transcriptions", operation("transcriptions", "openai-transcriptions")],
  ["audio/translations", operation("translations", "openai-transcriptions")],
]);
const RERANK = operation("rerank", "rerank");
const BILLING_ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ["dashboard/billing/subscription", lookUp("subscription")],
  ["dashboard/billing/usage", lookUp("billing-usage")],
]);
const OPENAI_ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ...DEPLOYMENT_ENDPOINTS,
  ["responses", operation("chat", "openai-responses")],
  ["responses/input_tokens", count("openai-responses")],
  ["moderations", operation("moderations", "openai-moderations")],
  ["rerank", RERANK],
  ["reranking", RERANK],
  ["models", lookUp("models")],
  ["credits", lookUp("credits")],
  ["key", lookUp("key")],
  ...BILLING_ENDPOINTS,
  ["generation", lookUp("generation")],
  ["realtime", REALTIME],
  ["realtime/client_secrets", realtimeKey("client_secrets")],
  ["realtime/sessions", realtimeKey("sessions")],
  ["realtime/transcription_sessions", realtimeKey("transcription_sessions")],
]);
const MESSAGES_ENDPOINTS: ReadonlyMap<string, Target> = new Map([
  ["messages", operation("chat", "anthropic")],
  ["messages/count_tokens", count("anthropic")],
]);
const ANTHROPIC_ENDPOINTS: ReadonlyMap<string, Target> = new Map([...MESSAGES_ENDPOINTS, ["models", lookUp("models")]]);
const GEMINI_ENDPOINTS: ReadonlyMap<string, Target> = new Map([["models", lookUp("models")]]);
/** What stands behind the colon of a Gemini address. */
const GEMINI_ACTIONS: ReadonlyMap<string, Target> = new Map([
  ["generateContent", operation("chat", "gemini", false)],
  ["streamGenerateContent", operation("chat", "gemini", true)],
  ["embedContent", operation("embeddings", "gemini")],
  ["batchEmbedContents", operation("embeddings", "gemini")],
  ["predict", operation("images", "gemini")],
  ["countTokens", count("gemini")],
]);
/** Where most calls go, by the whole address. */
const AT_V1: ReadonlyMap<string, Found> = new Map([...MESSAGES_ENDPOINTS, ...OPENAI_ENDPOINTS].map(([rest, target]) => [`/v1/${rest}`, { target, params: {} }]));
const TELEMETRY: Target = { POST: () => ({ kind: "telemetry" }) };
const RESPONSE: Target = {
  GET: (params) => ({ kind: "response", params }),
  DELETE: (params) => ({ kind: "response-delete", params }),
};
const RESPONSE_CANCEL: Target = { POST: (params) => ({ kind: "response-cancel", params }) };

type Finder = (rest: string) => Found | undefined;
type Found = Readonly<{ target: Target; params: RouteParams }>;

const findOpenAi: Finder = (rest) => {
  const exact = OPENAI_ENDPOINTS.get(rest);
  if (exact) return { target: exact, params: {} };
  const engine = /^engines\/(.+)\/embeddings$/.exec(rest);
  if (engine) return withParam(EMBEDDINGS, "model", engine[1]!);
  if (rest.startsWith("responses/")) return findResponse(rest.slice("responses/".length));
  if (rest.startsWith("video")) return taskFound(findVideo(rest));
  return findModel(rest) ?? below("generation/", lookUp("generation"), rest);
};
/** Longer tables of their own: other people's addresses, kept apart. */
const taskFound = (found: TaskTarget | undefined): Found | undefined => {
  if (!found) return undefined;
  const params = found.id === undefined ? {} : { id: found.id };
  const target: Partial<Record<Method, (params: RouteParams) => Route>> = {};
  for (const [method, how] of Object.entries(found.methods)) {
    const make = (given: RouteParams): Route => ({ kind: "task", form: found.form, ...how, params: given });
    target[method as Method] = make;
  }
  return { target, params };
};
const ROOTS_OF_TASKS: readonly (readonly [root: RegExp, find: (path: string) => TaskTarget | undefined])[] = [
  [/^\/mj(?:-[a-z]+)?\//, findMidjourney], [/^\/suno\//, findSuno], [/^\/kling\//, findKling],
];
const findAnthropic: Finder = (rest) => exactly(ANTHROPIC_ENDPOINTS, rest) ?? findModel(rest);
const findGemini: Finder = (rest) => exactly(GEMINI_ENDPOINTS, rest) ?? findAction(rest) ?? findModel(rest);
/** Cohere's second version of the same. */
const findSecond: Finder = (rest) => (rest === "rerank" ? { target: RERANK, params: {} } : undefined);
/** Where older clients look their money up, with and without the version before it. */
const findBilling: Finder = (rest) => exactly(BILLING_ENDPOINTS, `dashboard/billing/${rest}`);
/** Everybody's addresses; Google's SDK may be told to use `v1`, too. */
const findAny: Finder = (rest) => exactly(MESSAGES_ENDPOINTS, rest) ?? findAction(rest) ?? findOpenAi(rest);

/** Longer ones first. */
const PREFIXES: readonly (readonly [prefix: string, find: Finder, manner: Manner])[] = [
  ["/v2/", findSecond, "openai"],
  ["/dashboard/billing/", findBilling, "openai"],
  ["/v1beta/openai/", findOpenAi, "openai"],
  ["/gemini/v1beta/openai/", findOpenAi, "openai"],
  ["/openai/v1/", findOpenAi, "openai"],
  ["/anthropic/v1/", findAnthropic, "anthropic"],
  ["/claude/v1/", (rest) => exactly(MESSAGES_ENDPOINTS, rest), "anthropic"],
  ["/gemini/v1beta/", findGemini, "gemini"],
  ["/gemini/v1alpha/", findGemini, "gemini"],
  ["/gemini/v1/", findGemini, "gemini"],
  ["/v1beta/", findGemini, "gemini"],
  ["/v1alpha/", findGemini, "gemini"],
];
/** Everything below these is the relay's, offered or not. */
const RELAY_ROOTS = ["/v1", "/v1beta", "/v1alpha", "/v2/rerank", "/dashboard/billing", "/openai/v1", "/openai/deployments", "/openai/realtime", "/anthropic", "/gemini", "/claude/v1", "/mj", "/mj-fast", "/mj-turbo", "/mj-relax", "/suno", "/kling"] as const;
/** Where Azure's older clients look, with the model as `deployment` in the query. */
const AZURE_REALTIME = "/openai/realtime";
const TELEMETRY_PATHS: readonly string[] = ["/api/event_logging/batch", "/anthropic/api/event_logging/batch"];

/** Whether an address belongs to the relay; all others are the site's. `path` comes without its query. */
export const isRelayPath = (path: string): boolean =>
  path.startsWith("/v1/") || RELAY_ROOTS.some((root) => path === root || path.startsWith(`${root}/`)) || TELEMETRY_PATHS.includes(path);

/**
 * What a call asks for. Never throws: a wrong address or method is a route of kind `error`
 * (unsupported_endpoint, method_not_allowed with an `allow` header, not_found).
 *
 * @param path without the query, percent-encoding kept
 */
export function matchRoute(method: string, path: string): Route {
  const found = find(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
  if (method === "OPTIONS") return { kind: "preflight" };
  if (!found) return noSuch(path);
  const { target, params } = found;
  const route = target[method === "HEAD" ? "GET" : (method as Method)];
  if (route) return route(params);
  const taken = Object.keys(target);
  const allow = [...taken.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name])), "OPTIONS"].join(", ");
  const error = new RelayError("method_not_allowed", `This address takes ${taken.join(" and ")}, not ${method.slice(0, 20)}.`, { headers: { allow } });
  return { kind: "error", error };
}

/** Whose manners the answer has: those of the path, and where several share it, those of the key's header. */
export function mannerOf({ path, headers }: Pick<Inbound, "path" | "headers">): Manner {
  if (path.startsWith("/v1/")) {
    if (isMessages(path)) return "anthropic";
    if (!path.startsWith("/v1/models")) return "openai";
    return findAction(path.slice("/v1/".length)) ? "gemini" : mannerOfHeaders(headers);
  }
  const known = PREFIXES.find(([prefix]) => path.startsWith(prefix));
  if (known) return known[2];
  if (path.startsWith("/anthropic") || path.startsWith("/claude/") || TELEMETRY_PATHS.includes(path)) return "anthropic";
  return /^\/(?:gemini|v1beta|v1alpha)(?:\/|$)/.test(path) ? "gemini" : "openai";
}

const isMessages = (path: string): boolean => path === "/v1/messages" || path.startsWith("/v1/messages/");

function mannerOfHeaders(headers: Inbound["headers"]): Manner {
  if (headers["anthropic-version"] !== undefined) return "anthropic";
  if (headers.authorization) return "openai";
  if (headers["x-api-key"]) return "anthropic";
  return headers["x-goog-api-key"] ? "gemini" : "openai";
}

function find(path: string): Found | undefined {
  const usual = AT_V1.get(path);
  if (usual) return usual;
  if (path.startsWith("/v1/")) return findAny(path.slice("/v1/".length));
  const known = PREFIXES.find(([prefix]) => path.startsWith(prefix));
  if (known) return known[1](path.slice(known[0].length));
  if (TELEMETRY_PATHS.includes(path)) return { target: TELEMETRY, params: {} };
  const tasks = ROOTS_OF_TASKS.find(([root]) => root.test(path));
  if (tasks) return taskFound(tasks[1](path));
  if (path === AZURE_REALTIME) return { target: REALTIME, params: {} };
  const deployment = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(path);
  if (!deployment) return undefined;
  return withParam(DEPLOYMENT_ENDPOINTS.get(deployment[2]!), "model", deployment[1]!);
}

function exactly(endpoints: ReadonlyMap<string, Target>, rest: string): Found | undefined {
  const target = endpoints.get(rest);
  return target && { target, params: {} };
}

/** A name may hold a colon; what is posted behind one is an action that nobody knows here. */
const findModel: Finder = (rest) => below("models/", rest.includes(":") ? { ...lookUp("model"), POST: () => noSuch(`/v1beta/${rest}`) } : lookUp("model"), rest);

/** `models/{model}:action`; names may hold slashes and colons themselves. */
function findAction(rest: string): Found | undefined {
  if (!rest.startsWith("models/")) return undefined;
  const colon = rest.lastIndexOf(":");
  return colon < 0 ? undefined : withParam(GEMINI_ACTIONS.get(rest.slice(colon + 1)), "model", rest.slice("models/".length, colon));
}

function findResponse(rest: string): Found | undefined {
  const [id, part, ...more] = rest.split("/");
  if (!id || id === "compact" || more.length > 0) return undefined;
  if (part === undefined) return withParam(RESPONSE, "id", id);
  if (part === "cancel") return withParam(RESPONSE_CANCEL, "id", id);
  return part === "input_items" ? withParam(lookUp("response-items"), "id", id) : undefined;
}

const below = (start: string, target: Target, rest: string): Found | undefined =>
  rest.startsWith(start) ? withParam(target, "id", rest.slice(start.length)) : undefined;

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
  [/realtime/i, "the WebSocket GET /v1/realtime"],
  [/^\/(?:anthropic|claude)\/(?!.*model)|^\/v1\/messages\//i, "POST /v1/messages"],
  [/^\/(?:gemini|v1beta|v1alpha)\/.*embed/i, "POST /v1beta/models/{model}:embedContent"],
  [/^\/(?:gemini|v1beta|v1alpha)\/|generateContent|predict/i, "POST /v1beta/models/{model}:generateContent"],
  [/responses|assistants|threads|conversations/i, "POST /v1/responses"],
  [/embed/i, "POST /v1/embeddings"],
  [/rerank/i, "POST /v1/rerank"],
  [/moderat/i, "POST /v1/moderations"],
  [/audio.*transl|audio.*transc/i, "POST /v1/audio/transcriptions"],
  [/audio|speech|voice/i, "POST /v1/audio/speech"],
  [/image/i, "POST /v1/images/generations"],
  [/video|kling/i, "POST /v1/videos"],
  [/model/i, "GET /v1/models"],
  [/billing|usage|key|balance/i, "GET /v1/credits"],
];

function noSuch(path: string): Route {
  const instead = NEAREST.find(([part]) => part.test(path))?.[1] ?? "POST /v1/chat/completions";
  return { kind: "error", error: new RelayError("unsupported_endpoint", `This address is not offered. The nearest one is ${instead}.`) };
}

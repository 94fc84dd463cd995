import { inCidr } from "#platform/outbound/addresses.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import type { Caller } from "#snapshot/snapshot.ts";

/** What keys and models are limited to, and what receipts call a call. */
export type EndpointName = "chat" | "completions" | "embeddings" | "messages" | "gemini" | "responses" | "images" | "audio" | "moderations" | "rerank" | "tasks" | "realtime";
/** What the caller wants: to spend money at an endpoint, to see what is on offer, or to look up his own money. */
export type Purpose = EndpointName | "list" | "read";

/** Words of a list that allow an endpoint: the older completions come with chat. */
const ALLOWED_BY: Readonly<Record<EndpointName, readonly string[]>> = {
  chat: ["chat"], completions: ["completions", "chat"], embeddings: ["embeddings"], messages: ["messages"], gemini: ["gemini"], responses: ["responses"],
  images: ["images"], audio: ["audio"], moderations: ["moderations"], rerank: ["rerank"], tasks: ["tasks"],
  realtime: ["realtime"],
};

const CHAT_NAMES: Readonly<Partial<Record<ClientFormat, EndpointName>>> = { anthropic: "messages", gemini: "gemini", "openai-responses": "responses" };

/** Ways of one endpoint. */
const PART_OF: Readonly<Record<Operation, EndpointName>> = {
  chat: "chat", completions: "completions", embeddings: "embeddings", images: "images", "image-edits": "images", "image-variations": "images",
  speech: "audio", transcriptions: "audio", translations: "audio", moderations: "moderations", rerank: "rerank",
};

export const endpointName = (operation: Operation, dialect: ClientFormat): EndpointName =>
  (operation === "chat" ? CHAT_NAMES[dialect] : undefined) ?? PART_OF[operation];

/** Does a list of endpoints (of a key or a model) hold this one? */
export const offersEndpoint = (endpoints: Iterable<string>, endpoint: EndpointName): boolean => {
  for (const name of endpoints) if (ALLOWED_BY[endpoint].includes(name)) return true;
  return false;
};

/**
 * May this caller make this call at all? His own money may be looked up with an expired key.
 * @throws RelayError key_disabled, key_expired, account_disabled, ip_not_allowed, endpoint_not_allowed
 */
export function checkCaller(caller: Caller, purpose: Purpose, clientIp: string, nowMs: number): void {
  if (caller.keyStatus !== "active") throw new RelayError("key_disabled", keyStateMessage(caller.keyStatus));
  if (purpose !== "read" && caller.expiresAtMs !== undefined && caller.expiresAtMs <= nowMs) throw new RelayError("key_expired", "This API key has expired.");
  if (caller.userStatus !== "active") throw new RelayError("account_disabled", "This account is disabled.");
  if (caller.cidrs !== undefined && !caller.cidrs.some((cidr) => inCidr(cidr, clientIp))) {
    throw new RelayError("ip_not_allowed", "This API key may not be used from this address.");
  }
  if (purpose !== "read" && purpose !== "list" && caller.endpoints !== undefined && !offersEndpoint(caller.endpoints, purpose)) {
    throw new RelayError("endpoint_not_allowed", "This API key may not call this endpoint.");
  }
}

const keyStateMessage = (status: Exclude<Caller["keyStatus"], "active">): string => {
  if (status === "leaked") return "This API key was found in public and has been disabled.";
  return status === "revoked" ? "This API key has been revoked." : "This API key is disabled.";
};

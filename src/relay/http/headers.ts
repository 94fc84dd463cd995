import type { Manner } from "#relay/dialects/error-forms.ts";
import type { RelayError } from "#relay/errors.ts";
import { RELAY_ERRORS } from "#relay/errors.ts";
import type { Inbound } from "#relay/http/exchange.ts";

type Headers = Record<string, string>;
/** Name -> value; undefined = the header is not sent. */
export type AnswerHeaders = Record<string, string | undefined>;

/** State of the tightest limit of a kind. */
export type LimitState = Readonly<{ limit: number; remaining: number; resetMs: number }>;

export type RelayHeaderFacts = Readonly<{
  /** Whose names limits and ids go by. Default OpenAI's. */
  manner?: Manner | undefined;
  /** Wall clock, for times of day. Default the machine's. */
  nowMs?: number | undefined;
  /** In its text form, `req_…`. */
  requestId: string;
  /** The answer is a stream of events. */
  stream?: boolean | undefined;
  contentType?: string | undefined;
  contentLength?: number | undefined;
  /** Milliseconds from admission to these headers. */
  processingMs?: number | undefined;
  costNanoUsd?: bigint | undefined;
  /** Cap that money put where the client gave none. */
  maxTokens?: number | undefined;
  /** Public name of the model that answered. */
  model?: string | undefined;
  attempts?: number | undefined;
  /** Codes of what was dropped or changed. */
  warnings?: readonly string[] | undefined;
  requests?: LimitState | undefined;
  tokens?: LimitState | undefined;
  error?: RelayError | undefined;
  /** Say good-bye: the node is draining, or the body was not read. */
  close?: boolean | undefined;
  /** Allow browsers of any origin. Default true. */
  cors?: boolean | undefined;
}>;

const WARN_BYTES_MAX = 512;
const RETRYABLE_STATUS = new Set([429, 503]);

/**
 * All headers of a relay answer; nothing of the vendor's passes but what is named here. Always the same names in the
 * same order, undefined where they do not apply: objects of one shape are quick to make and to walk.
 */
export function relayHeaders(facts: RelayHeaderFacts): AnswerHeaders {
  const { stream } = facts;
  const isOpenAi = facts.manner === undefined || facts.manner === "openai";
  const { requests, tokens } = facts;
  const cors = facts.cors === false ? undefined : "*";
  const headers: AnswerHeaders = {
    "x-request-id": facts.requestId,
    "openai-version": isOpenAi ? "2020-10-01" : undefined,
    "x-content-type-options": "nosniff",
    "cache-control": stream ? "no-cache, no-store" : "no-store",
    "content-type": facts.contentType ?? (stream ? "text/event-stream; charset=utf-8" : "application/json"),
    "x-accel-buffering": stream ? "no" : undefined,
    "content-length": facts.contentLength === undefined ? undefined : `${facts.contentLength}`,
    "openai-processing-ms": facts.processingMs === undefined || !isOpenAi ? undefined : `${Math.max(0, Math.round(facts.processingMs))}`,
    "x-modelmart-cost-nano-usd": facts.costNanoUsd === undefined ? undefined : `${facts.costNanoUsd}`,
    "x-modelmart-max-tokens": facts.maxTokens === undefined ? undefined : `${facts.maxTokens}`,
    "x-modelmart-model": facts.model === undefined ? undefined : headerText(facts.model),
    "x-modelmart-attempts": facts.attempts === undefined ? undefined : `${facts.attempts}`,
    "x-modelmart-warn": facts.warnings?.length ? warningText(facts.warnings) : undefined,
    "x-ratelimit-limit-requests": requests && `${requests.limit}`,
    "x-ratelimit-remaining-requests": requests && left(requests),
    "x-ratelimit-reset-requests": requests && durationText(requests.resetMs),
    "x-ratelimit-limit-tokens": tokens && `${tokens.limit}`,
    "x-ratelimit-remaining-tokens": tokens && left(tokens),
    "x-ratelimit-reset-tokens": tokens && durationText(tokens.resetMs),
    "access-control-allow-origin": cors,
    "access-control-expose-headers": cors,
    connection: facts.close ? "close" : undefined,
  };
  if (facts.manner === "anthropic") addAnthropic(headers, facts);
  if (facts.error) addError(headers, facts.error);
  return headers;
}

/** Anthropic's SDK reads the id under this name; its limits stand under its own names too, and end at a time of day. */
function addAnthropic(headers: AnswerHeaders, { requestId, requests, tokens, nowMs = Date.now() }: RelayHeaderFacts): void {
  headers["request-id"] = requestId;
  if (requests) {
    headers["anthropic-ratelimit-requests-limit"] = `${requests.limit}`;
    headers["anthropic-ratelimit-requests-remaining"] = left(requests);
    headers["anthropic-ratelimit-requests-reset"] = timeText(nowMs + requests.resetMs);
  }
  if (tokens) {
    headers["anthropic-ratelimit-tokens-limit"] = `${tokens.limit}`;
    headers["anthropic-ratelimit-tokens-remaining"] = left(tokens);
    headers["anthropic-ratelimit-tokens-reset"] = timeText(nowMs + tokens.resetMs);
  }
}

/** RFC 3339 in whole seconds, as Anthropic writes it. Many answers name the same second. */
function createTimeText(): (ms: number) => string {
  let second = -1;
  let text = "";
  return (ms) => {
    const asked = Math.ceil(ms / 1000);
    if (asked !== second) {
      second = asked;
      text = new Date(asked * 1000).toISOString().replace(".000Z", "Z");
    }
    return text;
  };
}

const timeText = createTimeText();

const left = ({ remaining }: LimitState): string => `${Math.max(0, Math.floor(remaining))}`;

function addError(headers: AnswerHeaders, error: RelayError): void {
  const { retryAfterMs } = error.options;
  if (RETRYABLE_STATUS.has(error.status)) {
    const waitMs = Math.max(1, Math.ceil(retryAfterMs ?? 1000));
    headers["retry-after"] = String(Math.max(1, Math.ceil(waitMs / 1000)));
    headers["retry-after-ms"] = String(waitMs);
  } else if (RELAY_ERRORS[error.code].retry && retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  }
  if (!RELAY_ERRORS[error.code].retry) headers["x-should-retry"] = "false";
  Object.assign(headers, error.options.headers);
}

/** The answer to a CORS preflight: any origin, no credentials, the asked headers echoed. */
export function preflightHeaders(inbound: Pick<Inbound, "headers">): Headers {
  const asked = inbound.headers["access-control-request-headers"];
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
    "access-control-allow-headers": asked !== undefined && /^[\w\-, ]{1,2000}$/.test(asked) ? asked : "authorization, content-type",
    "access-control-max-age": "86400",
    vary: "access-control-request-headers",
  };
}

/** As OpenAI writes times left: `1m2s`, `300ms`, `6m0s`. */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole < 1000) return `${whole}ms`;
  const seconds = Math.ceil(whole / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}

function warningText(codes: readonly string[]): string {
  const text = codes.map(headerText).join(",");
  if (text.length <= WARN_BYTES_MAX) return text;
  const cut = text.slice(0, WARN_BYTES_MAX - ",more".length);
  return `${cut.slice(0, Math.max(0, cut.lastIndexOf(",")))},more`;
}

/** Header values carry printable ASCII; other letters of a model's name are percent-encoded. */
export const headerText = (text: string): string => (/^[\x21-\x7e]*$/.test(text) ? text : encoded(text));

const encoded = (text: string): string => text.replaceAll(/[^\x21-\x7e]/gu, (letter) => encodeURIComponent(letter.isWellFormed() ? letter : "?"));

export const USER_AGENT = "Modelmart/0.1";

/**
 * The headers of a call to a vendor, built from nothing: no header of the client's passes by default. The connection
 * adds those that are its business (host, content-length).
 *
 * @param authorization the channel's own credential, as the provider writes it
 */
export function upstreamHeaders(options: Readonly<{
  stream: boolean;
  authorization: Readonly<Record<string, string>>;
  /** Default JSON. */
  contentType?: string | undefined;
  /** Default events or JSON. */
  accept?: string | undefined;
}>): Headers {
  return {
    "content-type": options.contentType ?? "application/json",
    accept: options.accept ?? (options.stream ? "text/event-stream" : "application/json"),
    // Events must not wait in a vendor's compressor.
    "accept-encoding": options.stream ? "identity" : "gzip, br",
    "user-agent": USER_AGENT,
    ...options.authorization,
  };
}

/** What crosses from a vendor's head to the client. */
const PASSED = ["content-type"] as const;

export function passedHeaders(upstream: Readonly<Record<string, string>>): Headers {
  return Object.fromEntries(PASSED.flatMap((name) => (upstream[name] === undefined ? [] : [[name, upstream[name]]])));
}

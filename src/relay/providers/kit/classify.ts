import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import type { ErrorClass, Provider } from "#relay/providers/provider.ts";

/** What a vendor said went wrong. */
export type UpstreamFault = Readonly<{
  status: number;
  code?: string;
  type?: string;
  message?: string;
  param?: string;
  /** How long to wait, where the body says it. */
  retryAfterMs?: number;
}>;

type Wire = Readonly<Record<string, unknown>>;

const MESSAGE_CHARS_MAX = 2_000;

/** Reads an error body in the forms vendors use; a body that isn't JSON has no more than its status. */
export function readFault(status: number, body: Buffer): UpstreamFault {
  let wire: unknown;
  try {
    wire = JSON.parse(body.toString("utf8"));
  } catch {
    return { status };
  }
  if (Array.isArray(wire)) wire = wire[0];
  const outer = asObject(wire);
  const base = asObject(outer.base_resp);
  const detail = asObject(outer.detail);
  const first: unknown = Array.isArray(outer.errors) ? outer.errors[0] : undefined, listed = typeof first === "string" ? { message: first } : asObject(first);
  const inner = typeof outer.error === "string" ? { message: outer.error } : asObject(outer.error);
  const google = readDetails(inner.details);
  const code = google.reason ?? text(inner.code) ?? text(outer.code) ?? text(base.status_code) ?? text(outer.error_code) ?? text(outer.err_code) ?? text(detail.status) ?? text(listed.code) ?? text(outer.name);
  const type = text(inner.type) ?? text(inner.status) ?? text(outer.type);
  const message = text(inner.message) ?? text(outer.message) ?? text(base.status_msg) ?? text(outer.msg)
    ?? text(outer.detail) ?? text(outer.error_msg) ?? text(outer.err_msg) ?? text(detail.message) ?? text(listed.message) ?? (outer.detail === undefined ? undefined : JSON.stringify(outer.detail));
  const param = text(inner.param) ?? text(outer.param);
  return {
    status,
    ...(code === undefined ? {} : { code }),
    ...(type === undefined ? {} : { type }),
    ...(message === undefined ? {} : { message: message.slice(0, MESSAGE_CHARS_MAX) }),
    ...(param === undefined ? {} : { param }),
    ...(google.retryAfterMs === undefined ? {} : { retryAfterMs: google.retryAfterMs }),
  };
}

/** Google tells the reason and the wait apart from the message, in details of several types. */
function readDetails(details: unknown): Readonly<{ reason?: string | undefined; retryAfterMs?: number | undefined }> {
  if (!Array.isArray(details)) return {};
  const all = (details as readonly unknown[]).map(asObject);
  return {
    reason: all.map(({ reason }) => text(reason)).find((word) => word !== undefined),
    retryAfterMs: all.map(({ retryDelay }) => duration(text(retryDelay))).find((wait) => wait !== undefined),
  };
}

/** The fault behind an error that came inside a reply with status 200. */
export const faultOfReply = (error: NonNullable<ReplyFacts["error"]>): UpstreamFault => ({ ...error, status: error.status ?? 200 });

const asObject = (value: unknown): Wire => (typeof value === "object" && value !== null ? (value as Wire) : {});
const text = (value: unknown): string | undefined => {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** What any vendor's words mean, before its status is asked. In order: money, keys, then the client's own doing. */
const BY_WORDS: readonly Readonly<{ statuses: readonly number[]; words: RegExp; class: ErrorClass }>[] = [
  {
    statuses: [400, 402, 403, 429],
    words: /insufficient[_ ](?:user_)?(?:quota|balance|credit|funds)|credit balance is too low|billing[_ ](?:hard[_ ]limit|not active)|exceeded your current quota|arrears|arrearage|余额不足|欠费|quota[_ ]exceeded[_ ]for[_ ]billing|payment required/i,
    class: "quota",
  },
  { statuses: [400, 403], words: /api[_ ]key[_ ](?:not[_ ]valid|invalid)|invalid[_ ]api[_ ]key|incorrect api key|organization (?:has been )?disabled|account[_ ](?:is[_ ])?(?:deactivated|suspended|disabled)/i, class: "auth" },
  { statuses: [400, 403], words: /user location is not supported|(?:country|region)[^.]{0,40}not (?:supported|available)/i, class: "config" },
  {
    statuses: [400, 413, 422],
    words: /context[_ ]length|context window|maximum context|prompt (?:is )?too long|too[_ ]many[_ ](?:prompt[_ ])?tokens|input is too long|token count exceeds|total length of all messages is too long|exceeds? the (?:model's )?max(?:imum)? (?:input )?(?:tokens|length)/i,
    class: "context",
  },
  {
    statuses: [400, 403, 422, 451],
    words: /content[_ ](?:policy|filter|management)|data_?inspection_?failed|safety[_ ](?:system|filter)|responsibleaipolicy|moderation|sensitive[_ ]?(?:content|words)|recitation|flagged/i,
    class: "policy",
  },
  { statuses: [400, 422], words: /stream_options|max_completion_tokens|(?:unsupported|unknown|unrecognized|extra)[_ ](?:parameter|field|argument|inputs?)[^.]{0,60}max_tokens/i, class: "quirk" },
];

/**
 * The class of a vendor's failure, which decides about retries and whom to tell: the vendor's own table,
 * then what its words mean anywhere, then the status. Unknown 4xx are the client's, unknown 5xx the server's.
 */
export function classifyFault(fault: UpstreamFault, errorClasses: Provider["errorClasses"] = []): ErrorClass {
  const { status, code, type, message } = fault;
  const said = [code, type].filter((word) => word !== undefined);
  for (const { match, class: found } of errorClasses) {
    const isExact = typeof match === "string" && isNamed(match, status, said);
    if (isExact && !isBareStatus(match)) return found;
    if (match instanceof RegExp && (said.some((word) => match.test(word)) || match.test(`${status} ${message ?? ""}`))) return found;
  }
  const words = `${said.join(" ")} ${message ?? ""}`;
  const meant = BY_WORDS.find((row) => (status < 300 || row.statuses.includes(status)) && row.words.test(words));
  if (meant) return meant.class;
  const byStatus = errorClasses.find(({ match }) => typeof match === "string" && isBareStatus(match) && match === String(status));
  return byStatus?.class ?? classOfStatus(status);
}

const isBareStatus = (match: string): boolean => /^[45]\d\d$/.test(match);

const isNamed = (match: string, status: number, said: readonly string[]): boolean =>
  said.some((word) => word === match || `${status} ${word}` === match);

function classOfStatus(status: number): ErrorClass {
  switch (status) {
    case 401:
      return "auth";
    case 402:
      return "quota";
    case 403: case 404: case 405: case 406: case 415: case 501:
      return "config";
    case 408: case 504: case 524:
      return "slow";
    case 409: case 423: case 425:
      return "transient";
    case 429:
      return "rate";
    case 499:
      return "client";
    case 529:
      return "overload";
    default:
      if (status < 300) return "server"; // an error in the form of a success, of a kind we don't know
      if (status < 400) return "config";
      return status >= 500 ? "server" : "client";
  }
}

const RETRY_MS_MAX = 24 * 3_600_000;

/**
 * How long the vendor wants us to wait, in ms; undefined when it doesn't say. Read from `retry-after-ms`,
 * `retry-after` (seconds or a date), reset headers of OpenAI and Anthropic, and the message ("try again in 1.5s").
 */
export function retryAfterMs(headers: Readonly<Record<string, string | undefined>>, message: string | undefined, nowMs: number): number | undefined {
  const candidates = [
    number(headers["retry-after-ms"]),
    seconds(headers["retry-after"]) ?? until(headers["retry-after"], nowMs),
    until(headers["anthropic-ratelimit-requests-reset"], nowMs),
    headers["x-ratelimit-remaining-requests"] === "0" ? duration(headers["x-ratelimit-reset-requests"]) : undefined,
    headers["x-ratelimit-remaining-tokens"] === "0" ? duration(headers["x-ratelimit-reset-tokens"]) : undefined,
    duration(/(?:try again|retry) (?:in|after) ((?:[\d.]+ ?(?:h|ms|m|s)[a-z]* ?)+)/i.exec(message ?? "")?.[1]),
    duration(/"retryDelay":\s*"([\d.]+s)"/.exec(message ?? "")?.[1]),
  ];
  const found = candidates.find((value) => value !== undefined);
  return found === undefined ? undefined : Math.min(Math.max(0, Math.ceil(found)), RETRY_MS_MAX);
}

function number(value: string | undefined): number | undefined {
  const parsed = value === undefined || value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
}

const seconds = (value: string | undefined): number | undefined => {
  const parsed = number(value);
  return parsed === undefined ? undefined : parsed * 1000;
};

function until(value: string | undefined, nowMs: number): number | undefined {
  const at = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `1m2s`, `300ms`, `1.5s`. */
function duration(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parts = [...value.matchAll(/([\d.]+) ?(ms|h|m|s)/g)];
  return parts.length === 0 ? undefined : parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit!]!, 0);
}

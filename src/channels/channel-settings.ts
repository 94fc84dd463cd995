import { z } from "zod";
import { PROTOCOLS } from "#channels/fields.ts";
import { paramOpsField } from "#channels/override-fields.ts";

// How a channel's requests differ from what its vendor's manifest says, as it stands in `channels.settings`.

const HEADERS_MAX = 50;
const INJECTION_BYTES_MAX = 16_384;

/** What the connection, the key or the client's privacy decides is not an operator's to write. */
const RESERVED = new Set([
  "host", "content-length", "connection", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive", "expect", "content-encoding", "accept-encoding",
  "cookie", "set-cookie", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
]);
/** Headers of a client that may be named in a value. His credentials, cookies and address are not among them. */
export const CLIENT_HEADERS = [
  "anthropic-beta", "anthropic-version", "openai-beta", "accept-language", "x-title", "http-referer", "x-session-id", "x-client-request-id", "x-client-name", "x-client-version",
] as const;

const headerName = z.string({ error: "must be the name of a header" }).max(100).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "must be the name of a header")
  .transform((name) => name.toLowerCase()).refine((name) => !RESERVED.has(name), "is not an operator's to set");
const PLACEHOLDER = /\{([^{}]*)\}/g;
const KNOWN = new Set(["api_key", "request_id", ...CLIENT_HEADERS.map((name) => `client:${name}`)]);
const headerValue = z.string().max(4_000).regex(/^[\x20-\x7e]*$/, "must be printable ASCII")
  .refine((value) => [...value.matchAll(PLACEHOLDER)].every(([, name]) => KNOWN.has(name ?? "")), "names a placeholder that there is not");

const header = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), name: headerName, value: headerValue }),
  z.strictObject({ op: z.literal("remove"), name: headerName }),
]);

export const INJECTION_MODES = ["if_absent", "prepend", "append", "replace"] as const;
const injection = z.strictObject({
  mode: z.enum(INJECTION_MODES),
  text: z.string().min(1).refine((text) => Buffer.byteLength(text) <= INJECTION_BYTES_MAX, `must be at most ${INJECTION_BYTES_MAX} bytes`),
  /** The shop pays for its own words: their tokens are taken from the customer's input. */
  absorb: z.boolean().optional(),
});

const betaName = z.string().min(1).max(100).regex(/^[\w.:-]+$/, "must be the name of a beta");
const betas = z.strictObject({ only: z.array(betaName).max(100).optional(), drop: z.array(betaName).max(100).optional() });

export const CAPABILITIES = [
  "tools", "parallel_tools", "vision", "audio_in", "pdf", "json_mode", "json_schema", "reasoning", "stream", "n", "logprobs", "builtin_tools",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** How exactly a host keeps a model's numbers, as OpenRouter names it; `unknown` is what nobody has said. */
const QUANTIZATIONS = ["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"] as const;

/** It becomes part of an address. */
const cloudWord = z.string().min(1).max(100).regex(/^[a-z0-9][a-z0-9.:-]*$/, "must be small letters, digits and hyphens");
const proxyAddress = z.string().max(500).refine((text) => {
  const url = URL.parse(text);
  // What a host may be is known of the web's addresses alone.
  return url !== null && /^(?:https?|socks5h?):$/.test(url.protocol) && /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "" && URL.canParse(`http://${url.host}`);
}, "must be the address of an HTTP or SOCKS 5 proxy, such as http://10.0.0.5:3128 or socks5h://user:password@10.0.0.5:1080")
  .refine((text) => decodes(URL.parse(text)?.password ?? "") && decodes(URL.parse(text)?.username ?? ""), "has a password that is not properly escaped");

function decodes(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

export const channelSettingsField = z.strictObject({
  params: paramOpsField,
  headers: z.array(header).max(HEADERS_MAX),
  system: injection,
  betas,
  /** The name under which the vendor takes the cap on an answer. */
  max_tokens_name: z.enum(["max_tokens", "max_completion_tokens"]),
  /** Streams tell their usage when they are asked by `stream_options`. */
  supports_stream_options: z.boolean(),
  /** A clean end of a stream without a finish reason is a normal end. */
  eof_is_end: z.boolean(),
  /** What a usage of nought means beside an answer that holds text: that it is free, or that it was not counted. */
  zero_usage: z.enum(["trust", "estimate"]),
  /** How thinking is asked for in OpenAI's form. */
  reasoning_field: z.enum(["effort", "thinking", "enable_thinking", "reasoning", "none"]),
  /** Thoughts become part of the text, between `<think>` marks. */
  thinking_to_content: z.boolean(),
  /** Apps that are asked one question are told the whole conversation in it. */
  transcript: z.boolean(),
  /** The vendor is always, or never, asked for a stream, whatever the client wants. */
  force_stream: z.boolean(),
  force_non_stream: z.boolean(),
  allow_service_tier: z.boolean(),
  allow_user_id: z.boolean(),
  /** Replies keep none of the vendor's own marks: their ids are ours, and fingerprints go. */
  hide_ids: z.boolean(),
  /** For customers who choose vendors by it. */
  quantization: z.enum(QUANTIZATIONS),
  /** The vendor may keep answers of the Responses format as the client says, though the shop keeps its own. */
  upstream_store: z.boolean(),
  /** A whole answer of which nothing came in time is asked for elsewhere, though this vendor may have done and billed the work. */
  retry_slow: z.boolean(),
  /** While the vendor is slow, spaces go before the JSON of a whole answer: status 200 is said by then, whatever comes. */
  keepalive_json: z.boolean(),
  /** A tool call without a result in the history gets one, an error, where it would be refused. */
  repair_history: z.boolean(),
  /** A proxy that everything to this vendor goes out by. A password in it is taken, and kept apart. */
  proxy: proxyAddress,
  /** Protocols that the provider has and this host, as a test found, has not. */
  without: z.array(z.enum(PROTOCOLS)).max(PROTOCOLS.length),
  /** The vendor's names of voices, by those that customers may use. */
  voices: z.record(z.string().min(1).max(100), z.string().min(1).max(200)),
  /** Clouds: whose account, and where its models run; by the vendor's name of a model where one runs elsewhere. */
  project: cloudWord,
  location: cloudWord,
  locations: z.record(z.string().min(1).max(200), cloudWord),
  /** Clouds that put what they make into a bucket: whose, for films that are too long to come with the answer. */
  bucket: z.string().max(500).regex(/^gs:\/\/[a-z0-9][a-z0-9._-]+(?:\/[\w./-]*)?$/, "must be the address of a bucket, such as gs://my-films/shop"),
  /** Per shop name of a model: what this channel's copy of it cannot do. */
  lacks: z.record(z.string().min(1).max(200), z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length)),
}).partial().refine(({ force_stream: always, force_non_stream: never }) => !(always && never), { path: ["force_non_stream"], message: "contradicts force_stream" });

export type ChannelSettings = z.output<typeof channelSettingsField>;
export type HeaderOp = NonNullable<ChannelSettings["headers"]>[number];
export type SystemInjection = NonNullable<ChannelSettings["system"]>;

/** What is stored, or undefined where it is not what it must be: such a channel would not do what its operator wants. */
export function readChannelSettings(stored: unknown): ChannelSettings | undefined {
  const read = channelSettingsField.safeParse(stored ?? {});
  return read.success ? read.data : undefined;
}

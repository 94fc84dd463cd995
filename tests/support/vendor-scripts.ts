import type { Rule, Script, VendorRequest } from "./vendor.ts";

/** `usage` as OpenAI-compatible vendors write it; values may lie. */
export type WireUsage = Readonly<Record<string, unknown>>;
type Timing = Pick<Script, "headMs" | "firstMs" | "gapMs" | "fate" | "after" | "gzip" | "headers">;

export type ToolCall = Readonly<{ id: string; name: string; arguments: string }>;

export type ChatOptions = Timing & Readonly<{
  /** Delivered in `chunks` parts of one word each unless `text` is given (then in parts of four letters). */
  chunks?: number;
  text?: string;
  tools?: readonly ToolCall[];
  /** `null`: the reply has none. */
  usage?: WireUsage | null;
  /** Streams: send usage only to those who ask for it (as OpenAI does), or always. */
  usageWhen?: "asked" | "always";
  /** `null`: never says why it ended. */
  finish?: string | null;
  /** Streams: how many `[DONE]`, default 1. */
  done?: number;
  eol?: "\n" | "\r\n" | "\r";
  comments?: boolean;
  id?: string;
}>;

export const usage = (prompt: number, completion: number, more: WireUsage = {}): WireUsage =>
  ({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, ...more });

/** The usage that a reply has when nothing else was asked for. */
export const defaultUsage = (chunks: number): WireUsage => usage(10, chunks);

/** A chat or text completion, as a body or as a stream, whichever the request asks for. */
export const chat = (options: ChatOptions = {}): Rule => (request) => (request.stream ? stream(request, options) : whole(request, options));

function parts(options: ChatOptions): string[] {
  if (options.tools) return [];
  if (options.text !== undefined) return options.text.match(/[\s\S]{1,4}/gu) ?? [];
  return Array.from({ length: options.chunks ?? 5 }, (_, index) => (index === 0 ? "word" : " word"));
}

const isText = (request: VendorRequest): boolean => /\/completions$/.test(request.path) && !/\/chat\/completions$/.test(request.path);

const timing = ({ headMs, firstMs, gapMs, fate, after, gzip }: ChatOptions): Timing =>
  ({ ...(headMs && { headMs }), ...(firstMs && { firstMs }), ...(gapMs && { gapMs }), ...(fate && { fate }), ...(after !== undefined && { after }), ...(gzip && { gzip }) });

const callsOf = (tools: readonly ToolCall[]): object[] =>
  tools.map(({ id, name, arguments: text }) => ({ id, type: "function", function: { name, arguments: text } }));

const finishOf = (options: ChatOptions): string | null =>
  options.finish === undefined ? (options.tools ? "tool_calls" : "stop") : options.finish;

function whole(request: VendorRequest, options: ChatOptions): Script {
  const content = parts(options).join("");
  const finish_reason = finishOf(options);
  const choice = isText(request)
    ? { index: 0, text: content, logprobs: null, finish_reason }
    : { index: 0, message: { role: "assistant", content: options.tools ? null : content, ...(options.tools && { tool_calls: callsOf(options.tools) }) }, finish_reason };
  return json({
    id: options.id ?? `chatcmpl-fake-${request.n}`,
    object: isText(request) ? "text_completion" : "chat.completion",
    created: 1_700_000_000,
    model: request.model,
    choices: [choice],
    ...(options.usage !== null && { usage: options.usage ?? defaultUsage(parts(options).length) }),
  }, { ...timing(options), ...(options.headers && { headers: options.headers }) });
}

/** Every SSE event is a piece of its own; the first holds the role. */
function stream(request: VendorRequest, options: ChatOptions): Script {
  const eol = options.eol ?? "\n";
  const text = isText(request);
  const head = {
    id: options.id ?? `chatcmpl-fake-${request.n}`,
    object: text ? "text_completion" : "chat.completion.chunk",
    created: 1_700_000_000,
    model: request.model,
  };
  const event = (body: object): string => `data: ${JSON.stringify({ ...head, ...body })}${eol}${eol}`;
  const choice = (delta: object, finish_reason: string | null = null): string =>
    event({ choices: [text ? { index: 0, text: (delta as { content?: string }).content ?? "", finish_reason } : { index: 0, delta, finish_reason }] });

  const asked = (request.json?.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
  const told = options.usage !== null && (asked || options.usageWhen === "always");
  const finish = finishOf(options);
  const events = [
    ...(text ? [] : [choice({ role: "assistant", content: options.tools ? null : "" })]),
    ...parts(options).map((content) => choice({ content })),
    ...(options.tools ?? []).flatMap((tool, index) => toolDeltas(tool, index).map((delta) => choice({ tool_calls: [delta] }))),
    ...(finish === null ? [] : [choice({}, finish)]),
    ...(told ? [event({ choices: [], usage: options.usage ?? defaultUsage(parts(options).length) })] : []),
    ...Array.from({ length: options.done ?? 1 }, () => `data: [DONE]${eol}${eol}`),
  ];
  const pieces = options.comments ? events.flatMap((each) => [`: still here${eol}${eol}`, each]) : events;
  return { ...timing(options), headers: { "content-type": "text/event-stream; charset=utf-8", ...options.headers }, pieces };
}

/** A call's name first, then its arguments in parts, as OpenAI streams them. */
const toolDeltas = (tool: ToolCall, index: number): object[] => [
  { index, id: tool.id, type: "function", function: { name: tool.name, arguments: "" } },
  ...(tool.arguments.match(/[\s\S]{1,5}/gu) ?? []).map((text) => ({ index, function: { arguments: text } })),
];

/** Any JSON body with any status. */
export const json = (body: unknown, more: Omit<Script, "pieces"> = {}): Script => ({ sized: more.gzip !== true && more.fate === undefined, ...more, pieces: [JSON.stringify(body)] });

/** An error as OpenAI words it. */
export const failure = (status: number, message: string, code: string | null = null, headers: Readonly<Record<string, string>> = {}): Script =>
  json({ error: { message, type: status >= 500 ? "server_error" : "invalid_request_error", param: null, code } }, { status, headers });

/** Raw bytes with a content type; `split` cuts them into pieces of so many bytes. */
export const bytes = (body: Buffer | string, type: string, { split, ...more }: Omit<Script, "pieces"> & { split?: number } = {}): Script => ({
  ...more,
  headers: { "content-type": type, ...more.headers },
  pieces: split === undefined ? [body] : cutUp(Buffer.from(body), split),
});

export function cutUp(body: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) pieces.push(body.subarray(at, at + size));
  return pieces;
}

export function embeddings(request: VendorRequest, told?: WireUsage | null): Script {
  const input = request.json?.input;
  const texts = Array.isArray(input) ? input : [input];
  const vector = request.json?.encoding_format === "base64" ? Buffer.alloc(16).toString("base64") : [0.5, -0.5, 0.25, 0];
  const tokens = texts.length * 4;
  return json({
    object: "list",
    data: texts.map((_, index) => ({ object: "embedding", index, embedding: vector })),
    model: request.model,
    ...(told !== null && { usage: told ?? { prompt_tokens: tokens, total_tokens: tokens } }),
  });
}

const LIES: Readonly<Record<string, WireUsage | null>> = {
  none: null,
  zero: usage(0, 0),
  negative: usage(-100, -50),
  huge: usage(4e15, 4e15),
  cached: usage(1_000, 10, { prompt_tokens_details: { cached_tokens: 1_200 } }),
  text: { prompt_tokens: "ten", completion_tokens: {}, total_tokens: null },
};

/**
 * The reply that a model's name asks for, written as a query after `?`:
 * `chunks, first_ms, head_ms, gap_ms, status, retry_after, fate, after, usage=none|zero|negative|huge|cached|text,
 * prompt, completion, cached, empty=1, html=1, garbage=1, error_inside=1, gzip=1, big=<bytes>`.
 */
export function answer(request: VendorRequest): Script {
  const query = new URLSearchParams(request.model.split("?")[1] ?? "");
  const number = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) : undefined);
  const status = number("status");
  if (status !== undefined) {
    const after = query.get("retry_after");
    return failure(status, `scripted ${status}`, status === 429 ? "rate_limit_exceeded" : null, after ? { "retry-after": after } : {});
  }
  if (request.path.endsWith("/models")) return json({ object: "list", data: [] });
  if (request.path.endsWith("/embeddings")) return embeddings(request, LIES[query.get("usage") ?? ""]);
  if (query.has("html")) return bytes("<html><body>502 Bad Gateway</body></html>", "text/html");
  if (query.has("garbage")) return bytes('{"id":"x","choices":[{"mess', "application/json");
  if (query.has("error_inside")) return json({ error: { message: "inside", type: "server_error", code: null } });
  const rule = chat(chatOptions(query, number));
  return typeof rule === "function" ? rule(request) : rule;
}

function chatOptions(query: URLSearchParams, number: (name: string) => number | undefined): ChatOptions {
  const chunks = query.has("empty") ? 0 : (number("chunks") ?? 5);
  const lie = query.get("usage");
  const cached = number("cached");
  const told = usage(number("prompt") ?? 10, number("completion") ?? chunks, cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: cached } });
  const big = number("big");
  return {
    chunks,
    ...(big !== undefined && { text: "x".repeat(big) }),
    usage: lie === null ? told : (LIES[lie] ?? null),
    ...pick("headMs", number("head_ms")),
    ...pick("firstMs", number("first_ms")),
    ...pick("gapMs", number("gap_ms")),
    ...pick("after", number("after")),
    ...(query.has("fate") && { fate: query.get("fate") as NonNullable<Script["fate"]> }),
    ...(query.has("gzip") && { gzip: true }),
  };
}

const pick = <K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, number>);

import { isUtf8 } from "node:buffer";
import { RelayError } from "#relay/errors.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import { COUNT_INPUT, COUNT_MESSAGES, COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel, type CountMode } from "#relay/http/body/walker.ts";

/** Facts of a JSON request, found without building a tree. Byte ranges are [start, end) of the value. */
export type ScannedRequest = Readonly<{
  model: string;
  stream: boolean;
  /** Client asked for usage in the stream. */
  includeUsage: boolean;
  /** The client's cap by any of its three names; the largest where several are given. */
  maxTokens?: number;
  /** Answers that may have to be paid for: `n`, or `best_of` where that is more. Default 1. */
  candidates: number;
  /** Byte ranges of the judged top-level values by key; a value that isn't there has none. */
  ranges: ReadonlyMap<string, readonly [start: number, end: number]>;
  /** UTF-8 bytes of all string values inside messages, input and prompt (4 for a token id), and all bytes of tools and response_format. */
  textBytes: number;
  /** Of those, CJK characters: for token estimates. */
  cjkChars: number;
  messages: number;
  tools: boolean;
  images: number;
  audio: boolean;
  documents: boolean;
}>;

/** Top-level keys the shop judges or rewrites: twice in one body is refused, however they are spelled. */
const JUDGED: ReadonlySet<string> = new Set([
  "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of",
  "service_tier", "store", "user", "safety_identifier", "metadata", "prompt_cache_key", "tools", "functions", "tool_choice",
  "response_format", "text", "reasoning", "reasoning_effort", "thinking", "modalities", "messages", "input", "prompt", "suffix",
  "system", "provider", "models", "session_id", "dimensions", "encoding_format", "web_search_options",
]);

const CAPS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;
const MESSAGES_MAX = 10_000;
const TOOLS_MAX = 512;
const CANDIDATES_MAX = 1_024;

const MODE: ReadonlyMap<string, CountMode> = new Map([
  ["messages", COUNT_MESSAGES], ["system", COUNT_MESSAGES], ["input", COUNT_INPUT], ["prompt", COUNT_INPUT], ["suffix", COUNT_INPUT],
]);
/** Vendors show these to the model as text of their own making: every byte counts, names and brackets too. */
const COUNTED_WHOLE: ReadonlySet<string> = new Set(["tools", "functions", "response_format"]);

/**
 * Checks that a body is one JSON object in UTF-8 and reads from it what must be known before it is
 * forwarded as it is. Nothing is parsed into a tree but single small values.
 *
 * @param pathModel the model where the address names it; it then wins over the body's
 * @throws RelayError invalid_json (no JSON, a judged key twice, too deep), invalid_value, missing_required_parameter
 */
export function scanRequest(body: Buffer, operation: Operation, pathModel?: string): ScannedRequest {
  if (!isUtf8(body)) throw new RelayError("invalid_json", "The request body is not valid UTF-8.");
  const walker = new JsonWalker(body);
  const top = walkTop(walker);
  const value = new TopValues(body, top.ranges);
  const needed = operation === "chat" ? "messages" : operation === "embeddings" ? "input" : "prompt";
  value.require(needed);
  if (operation === "chat") value.array("messages", top.counts.get("messages") ?? 0, 1, MESSAGES_MAX);
  else value.textOrArray(needed);
  value.array("tools", top.counts.get("tools") ?? 0, 0, TOOLS_MAX);
  value.array("functions", top.counts.get("functions") ?? 0, 0, TOOLS_MAX);

  const caps = CAPS.map((key) => value.count(key)).filter((cap) => cap !== undefined);
  return {
    model: pathModel ?? value.model(),
    stream: value.boolean("stream") ?? false,
    includeUsage: value.includeUsage(),
    ...(caps.length > 0 ? { maxTokens: Math.max(...caps) } : {}),
    candidates: value.candidates(operation),
    ranges: top.ranges,
    textBytes: walker.textBytes,
    cjkChars: walker.cjkChars,
    messages: operation === "chat" ? (top.counts.get("messages") ?? 0) : 0,
    tools: (top.counts.get("tools") ?? 0) + (top.counts.get("functions") ?? 0) > 0,
    images: walker.images,
    audio: walker.audio,
    documents: walker.documents,
  };
}

type Top = Readonly<{ ranges: Map<string, readonly [number, number]>; counts: Map<string, number> }>;

function walkTop(walker: JsonWalker): Top {
  const ranges = new Map<string, readonly [number, number]>();
  const counts = new Map<string, number>();
  try {
    walkTopLevel(walker, (key) => MODE.get(key) ?? COUNT_NOTHING, (key, start, end) => {
      if (!JUDGED.has(key)) return;
      if (ranges.has(key)) throw new JsonFault(`the key "${key}" stands there twice`);
      ranges.set(key, [start, end]);
      if (walker.body[start] === 91) counts.set(key, walker.elements);
      if (COUNTED_WHOLE.has(key)) walker.textBytes += end - start;
    });
  } catch (error) {
    if (error instanceof JsonFault) throw new RelayError("invalid_json", `The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
  return { ranges, counts };
}

const invalid = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });

/** Reads single top-level values with their types checked; JSON null is as if the key were absent. */
class TopValues {
  private readonly body: Buffer;
  private readonly ranges: ReadonlyMap<string, readonly [number, number]>;

  constructor(body: Buffer, ranges: ReadonlyMap<string, readonly [number, number]>) {
    this.body = body;
    this.ranges = ranges;
  }

  private first(key: string): number | undefined {
    const range = this.ranges.get(key);
    if (!range || this.body[range[0]] === 110) return undefined;
    return this.body[range[0]];
  }

  private parsed(key: string): unknown {
    const [start, end] = this.ranges.get(key)!;
    return JSON.parse(this.body.toString("utf8", start, end));
  }

  require(key: string): void {
    if (this.first(key) === undefined) {
      throw new RelayError("missing_required_parameter", `Missing required parameter: '${key}'.`, { param: key });
    }
  }

  model(): string {
    this.require("model");
    if (this.first("model") !== 34) throw invalid("model", "a string");
    const model = this.parsed("model") as string;
    if (model === "") throw invalid("model", "a name");
    return model;
  }

  boolean(key: string): boolean | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    if (first !== 116 && first !== 102) throw invalid(key, "true or false");
    return first === 116;
  }

  /** A non-negative integer. */
  count(key: string): number | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    const value = first === 45 || (first >= 48 && first <= 57) ? (this.parsed(key) as number) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(key, "a whole number of 0 or more");
    return value;
  }

  candidates(operation: Operation): number {
    if (operation === "embeddings") return 1;
    const [n, bestOf] = [this.count("n") ?? 1, this.count("best_of") ?? 1];
    // Vendors differ in what they make of 0; held would be nothing.
    if (n === 0 || bestOf === 0) throw invalid(n === 0 ? "n" : "best_of", "a whole number of 1 or more");
    const most = Math.max(n, bestOf);
    if (most > CANDIDATES_MAX) throw invalid("n", `at most ${CANDIDATES_MAX}`);
    return most;
  }

  array(key: string, length: number, min: number, max: number): void {
    const first = this.first(key);
    if (first === undefined) return;
    if (first !== 91) throw invalid(key, "an array");
    if (length < min || length > max) throw invalid(key, `an array of ${min} to ${max} elements`);
  }

  textOrArray(key: string): void {
    const first = this.first(key);
    if (first !== 34 && first !== 91) throw invalid(key, "a string or an array");
  }

  includeUsage(): boolean {
    const first = this.first("stream_options");
    if (first === undefined) return false;
    if (first !== 123) throw invalid("stream_options", "an object");
    return (this.parsed("stream_options") as { include_usage?: unknown }).include_usage === true;
  }
}

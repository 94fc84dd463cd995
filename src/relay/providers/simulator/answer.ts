import { createHash } from "node:crypto";
import type { Operation } from "#relay/dialects/dialect.ts";
import type { Script } from "#relay/providers/simulator/script.ts";

type Json = Readonly<Record<string, unknown>>;
type Message = Readonly<{ role?: unknown; content?: unknown }>;
/** Below its top level nobody has checked the request: everything may be missing or of another type. */
type Named = Readonly<{ function?: Readonly<{ name?: unknown }> | null }> | null | undefined;

/** What the simulator will say, before it is cut into a body or chunks. */
export type Answer = Readonly<{
  id: string;
  text: string;
  /** Name of the function called instead of saying something. */
  call?: string;
  finish: "stop" | "length" | "tool_calls";
  usage: Json | undefined;
}>;

const QUOTED_POINTS_MAX = 200;
const BYTES_PER_TOKEN = 4;

/** The same body and script give the same answer. */
export function answer(body: Buffer, request: Json, operation: Operation, script: Script): Answer {
  const prompt = operation === "chat" ? messagesOf(request).map(textOf) : [textsOf(request.prompt).join("")];
  const call = operation === "chat" ? calledTool(request) : undefined;
  const full = script.empty || call !== undefined ? "" : reply(request, prompt, operation, script);
  const cap = [request.max_completion_tokens, request.max_tokens].find((value) => typeof value === "number");
  const text = cap === undefined ? full : cutBytes(full, cap * BYTES_PER_TOKEN);
  const spoken = call === undefined ? text : `${call}{}`;
  return {
    id: `sim-${createHash("sha256").update(body).digest("hex").slice(0, 16)}`,
    text,
    ...(call === undefined ? {} : { call }),
    finish: call !== undefined ? "tool_calls" : text === full ? "stop" : "length",
    usage: usageOf(prompt.join(""), spoken, script),
  };
}

function reply(request: Json, prompt: readonly string[], operation: Operation, script: Script): string {
  const format = (request.response_format as Json | null | undefined)?.type;
  if (format === "json_object" || format === "json_schema") return "{}";
  if (script.tokens !== undefined) return "tok ".repeat(script.tokens);
  const last = operation === "chat" ? messagesOf(request).findLast(({ role }) => role === "user") : undefined;
  const quoted = operation === "chat" ? (last === undefined ? "" : textOf(last)) : prompt.join("");
  return `Simulated reply to: ${[...quoted].slice(0, QUOTED_POINTS_MAX).join("")}`;
}

/** With tools and a choice that forces one: the named function, else the first. */
function calledTool(request: Json): string | undefined {
  if (!Array.isArray(request.tools) || request.tools.length === 0) return undefined;
  const choice = request.tool_choice;
  const called = (choice === "required" ? request.tools[0] : typeof choice === "object" ? choice : undefined) as Named;
  const name = called?.function?.name;
  return typeof name === "string" ? name : undefined;
}

const messagesOf = (request: Json): readonly Message[] =>
  Array.isArray(request.messages) ? request.messages.filter((message) => typeof message === "object" && message !== null) : [];

/** Token counts as the simulator reports them, or as the script makes it lie. */
export function usageOf(prompt: string, spoken: string, script: Script): Json | undefined {
  const count = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
  if (script.usage === "none") return undefined;
  const sign = script.usage === "negative" ? -1 : script.usage === "zero" ? 0 : 1;
  const prompted = sign * count(prompt);
  const completed = sign * (count(spoken) + script.reasoning);
  return {
    prompt_tokens: prompted,
    completion_tokens: completed,
    total_tokens: prompted + completed,
    prompt_tokens_details: { cached_tokens: sign * Math.min(script.cached, count(prompt)) },
    completion_tokens_details: { reasoning_tokens: sign * script.reasoning },
  };
}

function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: Readonly<{ text?: unknown }> | null) => (typeof part?.text === "string" ? part.text : "")).join("");
}

/** The texts of a prompt or embedding input; token arrays stand for their own JSON. */
export function textsOf(input: unknown): string[] {
  if (typeof input === "string") return [input];
  if (!Array.isArray(input)) return [];
  if (input.every((item) => typeof item === "number")) return [JSON.stringify(input)];
  return input.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}

/** Cuts at a code point, so that at most `bytes` bytes remain. */
function cutBytes(text: string, bytes: number): string {
  let used = 0;
  let end = 0;
  for (const point of text) {
    used += Buffer.byteLength(point);
    if (used > bytes) return text.slice(0, end);
    end += point.length;
  }
  return text;
}

const DIMENSIONS = 256;
const DIMENSIONS_MAX = 4096;

/** A unit vector that depends on the text alone. */
export function embed(text: string, dimensions: unknown): Float32Array {
  const length = typeof dimensions === "number" && dimensions >= 1 ? Math.min(Math.floor(dimensions), DIMENSIONS_MAX) : DIMENSIONS;
  const vector = new Float32Array(length);
  let block = Buffer.alloc(0);
  for (let at = 0; at < length; at++) {
    const offset = (at * 4) % 32;
    if (offset === 0) block = createHash("sha256").update(`${at / 8}:`).update(text).digest();
    vector[at] = block.readInt32LE(offset) / 2 ** 31;
  }
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

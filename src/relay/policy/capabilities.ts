import type { Capability } from "#channels/channel-settings.ts";
import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Offer } from "#relay/routing/candidates.ts";

type Value = (name: string) => unknown;

/** What a request asks of a model, with the member that asks for it. */
export function neededCapabilities(scanned: ScannedRequest, body: Buffer): ReadonlyMap<Capability, string> {
  const needed = new Map<Capability, string>();
  const { ranges } = scanned;
  const value: Value = (name) => {
    const range = ranges.get(name);
    return range && (JSON.parse(body.toString("utf8", range[0], range[1])) as unknown);
  };
  const chat = ranges.has("messages") ? "messages" : ranges.has("contents") ? "contents" : "input";
  if (scanned.stream) needed.set("stream", "stream");
  if (scanned.tools) needed.set("tools", "tools");
  if (scanned.tools && hasBuiltin(value("tools"))) needed.set("builtin_tools", "tools");
  if (scanned.tools && value("parallel_tool_calls") === true) needed.set("parallel_tools", "parallel_tool_calls");
  if (scanned.images > 0) needed.set("vision", chat);
  if (scanned.audio) needed.set("audio_in", chat);
  if (scanned.documents) needed.set("pdf", chat);
  if (scanned.candidates > 1) needed.set("n", "n");
  if (value("logprobs") !== undefined && value("logprobs") !== null && value("logprobs") !== false) needed.set("logprobs", "logprobs");
  const format = formatOf(value);
  if (format === "json_object") needed.set("json_mode", "response_format");
  if (format === "json_schema") needed.set("json_schema", "response_format");
  if (asksForThought(value)) needed.set("reasoning", "reasoning");
  return needed;
}

/** Those who can do what a request asks. @throws RelayError unsupported_parameter that names what nobody can */
export function ableOffers(offers: readonly Offer[], scanned: ScannedRequest, body: Buffer): readonly Offer[] {
  const needed = neededCapabilities(scanned, body);
  const able = offers.filter(({ policy }) => policy?.lacks === undefined || [...needed.keys()].every((one) => !policy.lacks!.has(one)));
  if (able.length > 0 || offers.length === 0) return able;
  const [missing, param] = [...needed].find(([one]) => offers.every(({ policy }) => policy?.lacks?.has(one))) ?? [...needed].find(([one]) => offers.some(({ policy }) => policy?.lacks?.has(one)))!;
  throw new RelayError("unsupported_parameter", `The model does not support ${WORDS[missing]}.`, { param });
}

const WORDS: Readonly<Record<Capability, string>> = {
  tools: "tools", parallel_tools: "parallel calls of tools", vision: "images", audio_in: "audio", pdf: "documents", json_mode: "JSON output", json_schema: "output by a JSON schema",
  reasoning: "reasoning", stream: "streaming", n: "several answers at once", logprobs: "log probabilities", builtin_tools: "built-in tools",
};

/** A tool of the vendor's own: neither a function nor one with a schema (Anthropic) nor declarations (Google). */
const hasBuiltin = (tools: unknown): boolean =>
  Array.isArray(tools) && (tools as readonly Readonly<Record<string, unknown>>[]).some((tool) => {
    if (typeof tool !== "object" || tool === null) return false;
    return !(tool.type === "function" || tool.type === "custom" || "input_schema" in tool || "functionDeclarations" in tool || "function_declarations" in tool);
  });

function formatOf(value: Value): unknown {
  const chat = value("response_format") as { type?: unknown } | null | undefined;
  const responses = value("text") as { format?: { type?: unknown } } | null | undefined;
  const messages = (value("output_config") as { format?: { type?: unknown } } | null | undefined)?.format ?? (value("output_format") as { type?: unknown } | null | undefined);
  return chat?.type ?? responses?.format?.type ?? messages?.type;
}

function asksForThought(value: Value): boolean {
  const effort = value("reasoning_effort") ?? (value("reasoning") as { effort?: unknown } | null | undefined)?.effort;
  const thinking = value("thinking") as { type?: unknown } | null | undefined;
  return (typeof effort === "string" && effort !== "none") || thinking?.type === "enabled" || thinking?.type === "adaptive";
}

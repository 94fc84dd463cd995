import type { DecodeFacts } from "#relay/canonical/codec.ts";
import type { AssistantPart, ChatRequest, JsonObject, Message, TextPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { decodeGeneration } from "#relay/dialects/gemini/decode-generation.ts";
import { assistantPart, CallLedger, resultPart, userPart } from "#relay/dialects/gemini/decode-parts.ts";
import { decodeToolChoice, decodeTools } from "#relay/dialects/gemini/decode-tools.ts";
import { field, isWire, jsonObjectOf, textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Members that are read, here or by the shop itself; others travel in `extra`. */
const KNOWN: ReadonlySet<string> = new Set([
  "model", "contents", "systemInstruction", "generationConfig", "tools", "toolConfig", "labels", "serviceTier", "provider", "models", "sessionId",
]);
const LABELS_MAX = 16;

/**
 * Reads a request in Gemini's form; every member may also have its snake_case name.
 * @throws RelayError missing_required_parameter, invalid_value, unsupported_parameter
 */
export function decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest {
  const wire: Wire = body;
  const model = (facts.model ?? textOf(wire.model) ?? "").replace(/^models\//, "");
  if (model === "") throw new RelayError("missing_required_parameter", "Missing required parameter: 'model'.", { param: "model" });
  if (field(wire, "cachedContent") !== undefined) {
    throw new RelayError("unsupported_parameter", "Cached contents cannot be used with this model.", { param: "cachedContent" });
  }
  const generation = decodeGeneration(wireOf(field(wire, "generationConfig")));
  const toolChoice = decodeToolChoice(wireOf(field(wire, "toolConfig")));
  const { extra: generationExtra, ...asked } = generation;
  const extra = extrasOf(wire, generationExtra);
  const tier = textOf(field(wire, "serviceTier"))?.toLowerCase();
  return {
    origin: "gemini",
    model,
    stream: facts.stream ?? false,
    system: systemOf(field(wire, "systemInstruction")),
    messages: messagesOf(contentsOf(wire)),
    tools: decodeTools(field(wire, "tools")),
    ...(toolChoice ? { toolChoice } : {}),
    ...asked,
    includeUsage: true,
    cache: {},
    ...(tier === "flex" || tier === "priority" ? { serviceTier: tier } : {}),
    metadata: labelsOf(wire.labels),
    betas: facts.betas,
    extra,
  };
}

function extrasOf(wire: Wire, generation: JsonObject): JsonObject {
  const rest = Object.entries(wire).filter(([key, value]) => value !== null && !KNOWN.has(key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())));
  return jsonObjectOf({ ...Object.fromEntries(rest), ...(Object.keys(generation).length > 0 ? { generationConfig: generation } : {}) });
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(wireOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(pairs.slice(0, LABELS_MAX));
}

function systemOf(value: unknown): readonly TextPart[] {
  if (typeof value === "string") return value === "" ? [] : [{ type: "text", text: value }];
  const parts = isWire(value) && isWire(value.parts) ? [value.parts] : wiresOf(wireOf(value).parts);
  return parts.flatMap(({ text }) => (typeof text === "string" && text !== "" ? [{ type: "text" as const, text }] : []));
}

function contentsOf(wire: Wire): readonly Wire[] {
  const { contents } = wire;
  if (typeof contents === "string" && contents !== "") return [{ role: "user", parts: [{ text: contents }] }];
  const list = isWire(contents) ? [contents] : wiresOf(contents);
  if (list.length === 0) throw new RelayError("missing_required_parameter", "Missing required parameter: 'contents'.", { param: "contents" });
  return list;
}

function messagesOf(contents: readonly Wire[]): readonly Message[] {
  const calls = new CallLedger();
  return contents.flatMap((content, at) => {
    const role = content.role ?? "user";
    const parts = isWire(content.parts) ? [content.parts] : wiresOf(content.parts);
    const place = `contents[${at}]`;
    if (role === "model" || role === "assistant") return assistantMessage(parts, place, calls);
    if (role === "system") return systemMessage(parts);
    if (role === "user" || role === "function" || role === "tool") return userMessages(parts, place, calls);
    throw new RelayError("invalid_value", `Invalid value for '${place}.role': expected user or model.`, { param: `${place}.role` });
  });
}

function assistantMessage(parts: readonly Wire[], place: string, calls: CallLedger): readonly Message[] {
  const read = parts.map((part, at) => assistantPart(part, `${place}.parts[${at}]`, calls)).filter((part): part is AssistantPart => part !== undefined);
  return read.length === 0 ? [] : [{ role: "assistant", parts: read }];
}

function systemMessage(parts: readonly Wire[]): readonly Message[] {
  const read = systemOf({ parts });
  return read.length === 0 ? [] : [{ role: "system", parts: read }];
}

/** One content may hold results and the user's own words: runs of each become messages, in order. */
function userMessages(parts: readonly Wire[], place: string, calls: CallLedger): readonly Message[] {
  const messages: ({ role: "user"; parts: UserPart[] } | { role: "tool"; parts: ToolResultPart[] })[] = [];
  for (const [at, part] of parts.entries()) {
    const where = `${place}.parts[${at}]`;
    const answer = field(part, "functionResponse");
    const last = messages.at(-1);
    if (isWire(answer)) {
      const result = resultPart(answer, where, calls);
      if (last?.role === "tool") last.parts.push(result);
      else messages.push({ role: "tool", parts: [result] });
      continue;
    }
    const read = userPart(part, where);
    if (!read) continue;
    if (last?.role === "user") last.parts.push(read);
    else messages.push({ role: "user", parts: [read] });
  }
  return messages;
}

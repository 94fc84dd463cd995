import type { DecodeFacts } from "#relay/canonical/codec.ts";
import type { AssistantPart, ChatRequest, Json, JsonObject, Message, Sampling, TextPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { blocksOf, readAssistantPart, readCache, readText, readToolResult, readUserPart } from "#relay/dialects/anthropic/decode-parts.ts";
import { readOutput, readReasoning, readToolChoice, readTools } from "#relay/dialects/anthropic/decode-tools.ts";
import {
  invalid, missing, needObject, needText, optionalCount, optionalFlag, optionalList, optionalNumber, optionalObject, optionalText,
} from "#relay/dialects/anthropic/fields.ts";
import type { Wire } from "#relay/dialects/anthropic/wire.ts";

/** Members that are read; all others travel on as they are. */
const READ = new Set([
  // said to the shop
  "provider", "models", "fallbacks", "session_id",
  "model", "messages", "system", "max_tokens", "stream", "tools", "tool_choice", "thinking", "output_config", "output_format", "temperature", "top_p",
  "top_k", "stop_sequences", "metadata", "service_tier", "cache_control", "mcp_servers",
]);

/** Reads a request for a message. @throws RelayError invalid_value, missing_required_parameter */
export function decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest {
  const maxOutputTokens = optionalCount(body.max_tokens, "max_tokens");
  if (maxOutputTokens === undefined) throw missing("max_tokens");
  const endUser = optionalText(optionalObject(body.metadata, "metadata")?.user_id, "metadata.user_id");
  const { cache } = readCache(body.cache_control);
  return {
    origin: "anthropic",
    model: facts.model ?? needText(body.model, "model"),
    stream: facts.stream ?? optionalFlag(body.stream, "stream") ?? false,
    system: blocksOf(body.system, "system").map((block, at) => readText(block, `system.${at}`)).filter(({ text }) => text !== ""),
    messages: readMessages(body.messages),
    tools: readTools(body),
    ...readToolChoice(body.tool_choice),
    output: readOutput(body),
    modalities: ["text"],
    ...readReasoning(body),
    sampling: readSampling(body),
    maxOutputTokens,
    candidates: 1,
    includeUsage: true,
    cache: cache ? { auto: true, retention: cache.ttl } : {},
    ...readTier(body.service_tier),
    metadata: {},
    ...(endUser === undefined ? {} : { endUser }),
    betas: facts.betas,
    extra: Object.fromEntries(Object.entries(body).filter(([name]) => !READ.has(name))),
  };
}

function readSampling(body: Wire): Sampling {
  const temperature = optionalNumber(body.temperature, "temperature");
  const topP = optionalNumber(body.top_p, "top_p");
  const topK = optionalCount(body.top_k, "top_k");
  const stop = optionalList(body.stop_sequences, "stop_sequences").map((text, at) => needText(text, `stop_sequences.${at}`));
  return {
    ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { topP }), ...(topK === undefined ? {} : { topK }),
    ...(stop.length > 0 ? { stop } : {}),
  };
}

function readTier(value: Json | undefined): Pick<ChatRequest, "serviceTier"> {
  const tier = optionalText(value, "service_tier");
  if (tier === undefined) return {};
  if (tier !== "auto" && tier !== "standard_only") throw invalid("service_tier", "auto or standard_only");
  return { serviceTier: tier === "auto" ? "auto" : "default" };
}

function readMessages(value: Json | undefined): readonly Message[] {
  const list = optionalList(value, "messages");
  if (list.length === 0) throw missing("messages");
  return list.flatMap((item, at) => readMessage(needObject(item, `messages.${at}`), `messages.${at}`));
}

function readMessage(wire: Wire, param: string): readonly Message[] {
  const blocks = blocksOf(wire.content, `${param}.content`);
  const at = (index: number): string => `${param}.content.${index}`;
  switch (wire.role) {
    case "assistant": {
      const parts = blocks.map((block, index): AssistantPart => readAssistantPart(block, at(index))).filter(holdsSomething);
      return parts.length === 0 ? [] : [{ role: "assistant", parts }];
    }
    case "system": {
      const parts = blocks.filter(({ type }) => type === "text").map((block, index): TextPart => readText(block, at(index))).filter(holdsSomething);
      return parts.length === 0 ? [] : [{ role: "system", parts }];
    }
    case "user":
      return splitUser(blocks, at);
    default:
      throw invalid(`${param}.role`, "user or assistant");
  }
}

/** Results of tools stand in a user's message here, in one of their own in the canonical form; the order is kept. */
function splitUser(blocks: readonly Wire[], at: (index: number) => string): readonly Message[] {
  const messages: Message[] = [];
  let parts: UserPart[] = [];
  let results: ToolResultPart[] = [];
  const flush = (): void => {
    if (results.length > 0) messages.push({ role: "tool", parts: results });
    if (parts.length > 0) messages.push({ role: "user", parts });
    [parts, results] = [[], []];
  };
  for (const [index, block] of blocks.entries()) {
    if (block.type === "tool_result") {
      if (parts.length > 0) flush();
      results.push(readToolResult(block, at(index)));
      continue;
    }
    const part = readUserPart(block, at(index));
    if (holdsSomething(part)) parts.push(part);
  }
  flush();
  return messages;
}

const holdsSomething = (part: AssistantPart | UserPart): boolean => part.type !== "text" || part.text !== "";

import { createHash } from "node:crypto";
import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import { ANTHROPIC_BUDGET, budgetOf, effortOf } from "#relay/canonical/effort.ts";
import type { ChatRequest, Json, Sampling } from "#relay/canonical/request.ts";
import { encodeMessages, encodeSystem, marked, type Encoding } from "#relay/dialects/bedrock-converse/encode-messages.ts";
import { callable, capOf, mustCall, tellLosses, type FunctionTool } from "#relay/dialects/stream-kit/losses.ts";
import { ToolNames } from "#relay/dialects/stream-kit/tool-names.ts";
import { compact, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topP", "topK", "stop"]);
const CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const ANTHROPIC = /anthropic[.]|claude/, NOVA_2 = /nova-2/, GPT_OSS = /openai[.]/;
const SCHEMA_NOTE = "Answer with one JSON value alone, without any text around it";

/** The model and whether it is streamed stand in the address. @throws RelayError unsupported_parameter @see Amazon Bedrock API reference, Converse */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  tellLosses(request, CARRIED, target);
  const names = new ToolNames();
  const encoding: Encoding = { target, nameOf: (name) => names.of(name), callIdOf, documents: { count: 0 } };
  const { sampling, metadata } = request;
  const thinking = encodeThinking(request, target);
  const messages = encodeMessages(request, encoding);
  const system = [...encodeSystem(request), ...outputNote(request, target)];
  const thinks = thinking !== undefined && "thinking" in thinking;
  const inference = compact({
    maxTokens: capOf(request, target),
    // Anthropic's models take neither beside thinking.
    temperature: thinks ? undefined : sampling.temperature === undefined ? undefined : Math.min(sampling.temperature, 1),
    topP: thinks || sampling.temperature !== undefined ? undefined : sampling.topP,
    stopSequences: sampling.stop && sampling.stop.filter((stop) => stop.trim() !== ""),
  });
  const fields = compact({ ...thinking, ...encodeTopK(sampling, target, thinks) });
  const body = compact({
    messages,
    system: system.length === 0 ? undefined : system,
    inferenceConfig: Object.keys(inference).length === 0 ? undefined : inference,
    toolConfig: encodeTools(request, names, thinks, target),
    additionalModelRequestFields: Object.keys(fields).length === 0 ? undefined : fields,
    requestMetadata: Object.keys(metadata).length === 0 ? undefined : metadata,
  });
  return { body, restore: names.restore };
}

/** Ids of other vendors' calls may not be allowed here; the same id becomes the same word. */
const callIdOf = (id: string): string => (CALL_ID.test(id) ? id : `tooluse_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`);

function encodeTools(request: ChatRequest, names: ToolNames, thinks: boolean, target: Target): Wire | undefined {
  const none = request.toolChoice?.mode === "none";
  const tools = none ? [] : callable(request, target);
  const called = new Set(request.messages.flatMap((message) => (message.role === "assistant" ? message.parts : [])).filter((part) => part.type === "tool-call").map(({ name }) => name));
  // Calls in the history are refused where no tools are declared.
  const known: readonly FunctionTool[] = tools.length > 0 ? tools : [...called].map((name) => ({ type: "function", name, schema: { type: "object", properties: {} } }));
  if (known.length === 0) return undefined;
  const must = tools.length > 0 && mustCall(request);
  if (must && thinks) target.warn("tool_choice_relaxed");
  return compact({
    tools: known.flatMap(({ name, description, schema, cache }) => marked([{ toolSpec: compact({ name: names.of(name), description: description || undefined, inputSchema: { json: schema } }) }], cache)),
    toolChoice: !must || thinks ? undefined : request.toolChoice?.mode === "named" ? { tool: { name: names.of(request.toolChoice.name) } } : { any: {} },
  });
}

function encodeTopK({ topK }: Sampling, { upstreamModel, warn }: Target, thinks: boolean): Wire {
  if (topK === undefined) return {};
  if (ANTHROPIC.test(upstreamModel) && !thinks) return { top_k: topK };
  if (/nova/.test(upstreamModel)) return { inferenceConfig: { topK } };
  warn("top_k_dropped");
  return {};
}

/** Each family is told to think in its own words. */
function encodeThinking({ reasoning, maxOutputTokens }: ChatRequest, { upstreamModel, maxOutputTokens: most, capTokens, warn }: Target): Wire | undefined {
  if (!reasoning) return undefined;
  const limit = capTokens ?? maxOutputTokens ?? most;
  if (ANTHROPIC.test(upstreamModel)) {
    const budget = budgetOf(reasoning, limit, ANTHROPIC_BUDGET);
    if (budget === 0) return undefined;
    const within = limit === undefined ? budget : Math.min(budget < 0 ? ANTHROPIC_BUDGET.min : budget, limit - 1);
    if (within >= 0 && within < ANTHROPIC_BUDGET.min) {
      warn("reasoning_dropped");
      return undefined;
    }
    return { thinking: { type: "enabled", budget_tokens: within < 0 ? ANTHROPIC_BUDGET.min : within } };
  }
  const effort = effortOf(reasoning, limit) ?? "medium";
  const three = effort === "minimal" ? "low" : effort === "xhigh" || effort === "max" ? "high" : effort;
  if (GPT_OSS.test(upstreamModel)) return { reasoning_effort: three === "none" ? "low" : three };
  if (NOVA_2.test(upstreamModel)) return { reasoningConfig: three === "none" ? { type: "disabled" } : { type: "enabled", maxReasoningEffort: three } };
  if (effort !== "none") warn("reasoning_dropped");
  return undefined;
}

/** Converse has no formats of output: the model is asked in words. */
function outputNote({ output }: ChatRequest, { warn }: Target): readonly Json[] {
  if (output.format === "text") return [];
  if (output.format !== "json-schema") return [{ text: `${SCHEMA_NOTE}.` }];
  warn("schema_soft");
  return [{ text: `${SCHEMA_NOTE}, that keeps to this JSON Schema:\n${JSON.stringify(output.schema)}` }];
}

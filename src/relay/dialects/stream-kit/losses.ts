import type { Target } from "#relay/canonical/codec.ts";
import { isSearchOptional } from "#relay/canonical/optional-search.ts";
import type { ChatRequest, Sampling, Tool } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";

/** Sampling that a protocol has a place for; the rest is dropped with a warning. */
const NAMES = {
  temperature: "temperature", topP: "top_p", topK: "top_k", minP: "min_p", stop: "stop", seed: "seed", presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty", repetitionPenalty: "repetition_penalty", logitBias: "logit_bias", logprobs: "logprobs", topLogprobs: "top_logprobs",
} as const satisfies Readonly<Record<keyof Sampling, string>>;

const refuse = (param: string, what: string): RelayError => new RelayError("unsupported_parameter", `The model does not offer ${what}.`, { param });

/**
 * Says what a plain protocol (text, pictures, functions) cannot carry.
 * @throws RelayError unsupported_parameter for what would change the answer's meaning
 */
export function tellLosses({ sampling, candidates, modalities, tools, serviceTier, parallelToolCalls }: ChatRequest, carried: ReadonlySet<keyof Sampling>, { warn }: Target): void {
  if (candidates > 1) throw refuse("n", "more than one answer");
  if (modalities.some((one) => one !== "text")) throw refuse("modalities", "output other than text");
  for (const name of Object.keys(sampling) as (keyof Sampling)[]) {
    if (sampling[name] !== undefined && sampling[name] !== false && !carried.has(name)) warn(`${NAMES[name]}_dropped`);
  }
  if (parallelToolCalls === false && tools.length > 0) warn("parallel_tool_calls_dropped");
  if (serviceTier !== undefined && serviceTier !== "auto" && serviceTier !== "default") warn("tier_dropped");
}

export type FunctionTool = Extract<Tool, { type: "function" }>;

/**
 * The functions that may be called. Where a protocol cannot name one or some of them, the others are left out.
 * @throws RelayError unsupported_parameter for tools that the vendor would have to run itself
 */
export function callable(request: ChatRequest, { warn }: Target): readonly FunctionTool[] {
  const { tools, toolChoice } = request;
  const functions: FunctionTool[] = [];
  for (const tool of tools) {
    if (tool.type === "builtin" && !isSearchOptional(request)) throw refuse("tools", "built-in tools");
    if (tool.type === "builtin") warn("web_search_dropped");
    if (tool.type === "function") functions.push(tool);
  }
  if (toolChoice?.mode === "named") return functions.filter(({ name }) => name === toolChoice.name);
  return toolChoice?.mode === "allowed" ? functions.filter(({ name }) => toolChoice.names.includes(name)) : functions;
}

/** One of the offered functions must be called. */
export const mustCall = ({ toolChoice }: ChatRequest): boolean =>
  toolChoice?.mode === "required" || toolChoice?.mode === "named" || (toolChoice?.mode === "allowed" && toolChoice.required);

/** The cap to send: the money's, else the client's, within the model's own. */
export function capOf({ maxOutputTokens }: ChatRequest, { capTokens, maxOutputTokens: most, warn }: Target): number | undefined {
  const wanted = capTokens ?? maxOutputTokens;
  if (wanted === undefined || most === undefined || wanted <= most) return wanted;
  warn("max_tokens_clamped");
  return most;
}

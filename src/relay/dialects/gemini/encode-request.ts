import type { EncodedRequest, Target, Warn } from "#relay/canonical/codec.ts";
import { isSearchOptional } from "#relay/canonical/optional-search.ts";
import type { ChatRequest, JsonObject, Sampling, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { encodeContents } from "#relay/dialects/gemini/encode-contents.ts";
import { FunctionNames } from "#relay/dialects/gemini/names.ts";
import { cleanSchema, hasProperties } from "#relay/dialects/gemini/schema.ts";
import { encodeThinking, isThirdGeneration } from "#relay/dialects/gemini/thinking.ts";
import { isWire, jsonObjectOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

const STOPS_MAX = 5;

/**
 * A request in Gemini's form.
 * @throws RelayError unsupported_parameter, invalid_value, request_too_large
 */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const names = new FunctionNames();
  const contents = [...encodeContents(request, target, names)];
  const tools = encodeTools(request, target, names);
  const system = request.system.filter(({ text }) => text !== "").map(({ text }) => ({ text }));
  // Open models served beside the others have no place for system text.
  const inTurn = system.length > 0 && /^gemma/i.test(target.upstreamModel);
  if (inTurn) writeIntoFirstTurn(contents, system);
  const generationConfig = encodeGeneration(request, target, tools.some((tool) => tool.functionDeclarations !== undefined));
  const toolConfig = encodeToolChoice(request, names, target.warn);
  warnOfRest(request, target.warn);
  const body: Wire = {
    contents,
    ...(system.length > 0 && !inTurn ? { systemInstruction: { parts: system } } : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(toolConfig && tools.some((tool) => tool.functionDeclarations !== undefined) ? { toolConfig } : {}),
    ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
    ...(request.origin === "gemini" ? ownExtras(request.extra) : {}),
  };
  const { restore } = names;
  return { body: jsonObjectOf(body), ...(restore ? { restore } : {}) };
}

function writeIntoFirstTurn(contents: Wire[], system: readonly Wire[]): void {
  const first = contents[0]!;
  if (first.role === "user") contents[0] = { ...first, parts: [...system, ...(first.parts as readonly Wire[])] };
  else contents.unshift({ role: "user", parts: system });
}

const ownExtras = (extra: JsonObject): Wire => {
  const { generationConfig: _, ...rest } = extra;
  return rest;
};

/** The kinds of tools that this vendor runs, by what a request calls them. */
const SERVER_TOOLS: Readonly<Partial<Record<string, string>>> = { "web-search": "googleSearch", code: "codeExecution", "web-fetch": "urlContext", maps: "googleMaps" };

function encodeTools(request: ChatRequest, target: Target, names: FunctionNames): readonly Wire[] {
  const { tools, toolChoice } = request;
  const functions: Wire[] = [];
  const others: Wire[] = [];
  for (const tool of tools) {
    if (tool.type === "builtin") others.push(serverTool(tool));
    else functions.push(declaration(tool, names));
  }
  const mixes = functions.length > 0 && others.length > 0 && !isThirdGeneration(target.upstreamModel) && toolChoice?.mode !== "none";
  if (mixes && isSearchOptional(request)) {
    target.warn("web_search_dropped");
    return [{ functionDeclarations: functions }];
  }
  if (mixes) {
    throw new RelayError("unsupported_parameter", "The model does not take functions and built-in tools together.", { param: "tools" });
  }
  return [...(functions.length > 0 ? [{ functionDeclarations: functions }] : []), ...others];
}

function declaration(tool: Exclude<Tool, { type: "builtin" }>, names: FunctionNames): Wire {
  const described = tool.description === undefined ? {} : { description: tool.description };
  const parameters = tool.type === "custom"
    ? { type: "OBJECT", properties: { input: { type: "STRING", description: "The text to give to the tool." } }, required: ["input"] }
    : cleanSchema(tool.schema);
  return { name: names.of(tool.name), ...described, ...(hasProperties(parameters) ? { parameters } : {}) };
}

function serverTool(tool: Extract<Tool, { type: "builtin" }>): Wire {
  if (tool.origin === "gemini" && isWire(tool.raw)) return tool.raw;
  const name = SERVER_TOOLS[tool.kind];
  if (name === undefined) throw new RelayError("unsupported_parameter", "The model does not offer this built-in tool.", { param: "tools" });
  return { [name]: {} };
}

function encodeToolChoice({ toolChoice, parallelToolCalls, tools }: ChatRequest, names: FunctionNames, warn: Warn): Wire | undefined {
  if (parallelToolCalls === false && tools.length > 0) warn("parallel_tool_calls_dropped");
  const config = toolChoice && callingConfig(toolChoice, names);
  return config && { functionCallingConfig: config };
}

function callingConfig(choice: ToolChoice, names: FunctionNames): Wire {
  switch (choice.mode) {
    case "auto":
      return { mode: "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "named":
      return { mode: "ANY", allowedFunctionNames: [names.of(choice.name)] };
    default:
      // Names are taken in the modes ANY and VALIDATED only; the latter lets the model answer in words, too.
      return { mode: choice.required ? "ANY" : "VALIDATED", allowedFunctionNames: choice.names.map((name) => names.of(name)) };
  }
}

function encodeGeneration(request: ChatRequest, target: Target, functions: boolean): Wire {
  const cap = [request.maxOutputTokens, target.capTokens].filter((value) => value !== undefined);
  const asked = cap.length > 0 ? Math.min(...cap) : undefined;
  const maxOutputTokens = asked === undefined || target.maxOutputTokens === undefined ? asked : Math.min(asked, target.maxOutputTokens);
  const thinkingConfig = encodeThinking(request.reasoning, target.upstreamModel, maxOutputTokens ?? target.maxOutputTokens, target.warn);
  return {
    ...(request.origin === "gemini" && isWire(request.extra.generationConfig) ? request.extra.generationConfig : {}),
    ...encodeSampling(request.sampling, target.warn),
    ...(request.candidates > 1 ? { candidateCount: request.candidates } : {}),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...encodeOutput(request, functions, target),
    ...(thinkingConfig ? { thinkingConfig } : {}),
    ...encodeModalities(request),
  };
}

function encodeSampling(sampling: Sampling, warn: Warn): Wire {
  const { temperature, topP, topK, seed, stop, presencePenalty, frequencyPenalty, logprobs, topLogprobs } = sampling;
  const stopSequences = stop?.filter((text) => text !== "");
  if (stopSequences && stopSequences.length > STOPS_MAX) {
    throw new RelayError("unsupported_parameter", `The model takes at most ${STOPS_MAX} stop sequences.`, { param: "stop" });
  }
  if (sampling.logitBias !== undefined) warn("logit_bias_dropped");
  if (sampling.minP !== undefined) warn("min_p_dropped");
  if (sampling.repetitionPenalty !== undefined) warn("repetition_penalty_dropped");
  const all = {
    temperature, topP, topK, seed, presencePenalty, frequencyPenalty,
    stopSequences: stopSequences?.length ? stopSequences : undefined,
    responseLogprobs: logprobs || undefined,
    logprobs: logprobs ? topLogprobs : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function encodeOutput({ output }: ChatRequest, functions: boolean, { upstreamModel, warn }: Target): Wire {
  if (output.format === "text") return {};
  if (functions && !isThirdGeneration(upstreamModel)) {
    // Older models refuse a form of the answer beside functions.
    warn("schema_soft");
    return {};
  }
  const form = { responseMimeType: "application/json" };
  return output.format === "json-schema" ? { ...form, responseSchema: cleanSchema(output.schema) } : form;
}

function encodeModalities({ modalities, audioOut, imageOut }: ChatRequest): Wire {
  const voice = audioOut && { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: audioOut.voice } } } };
  const image = imageOut && {
    imageConfig: { ...(imageOut.aspectRatio === undefined ? {} : { aspectRatio: imageOut.aspectRatio }), ...(imageOut.size === undefined ? {} : { imageSize: imageOut.size }) },
  };
  const others = modalities.some((kind) => kind !== "text");
  return { ...(others ? { responseModalities: modalities.map((kind) => kind.toUpperCase()) } : {}), ...voice, ...image };
}

/** What has no place in this form and is not silently a matter of the shop alone. */
function warnOfRest({ serviceTier, origin, extra }: ChatRequest, warn: Warn): void {
  if (serviceTier !== undefined && serviceTier !== "auto" && serviceTier !== "default") warn("tier_dropped");
  if (origin !== "gemini") for (const name of Object.keys(extra)) warn(`unknown:${name}`);
}

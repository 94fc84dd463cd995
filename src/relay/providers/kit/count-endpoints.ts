import type { CountEndpoint, JsonObject } from "#relay/providers/provider.ts";

// Where vendors count a conversation without answering it: nothing is charged for that.

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** What says who asks or how to answer adds nothing to a count, and is nobody's business then. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  "metadata", "user", "safety_identifier", "prompt_cache_key", "store", "background", "service_tier", "stream", "stream_options", "session_id", "models", "anthropic_beta", "anthropic_version",
]);
const counted = (request: JsonObject): JsonObject => Object.fromEntries(Object.entries(request).filter(([name]) => !NOT_COUNTED.has(name)));

/** The vendor's name of a model without the folders that Google lists it in. */
const bareName = (model: string): string => model.replace(/^(?:publishers\/[^/]+\/)?models\//, "");

const total = (name: string) => (reply: JsonObject): unknown => reply[name];

/** @see Anthropic API, "Count tokens in a Message" */
export const countMessages: CountEndpoint = { path: "/v1/messages/count_tokens", ask: (request, model) => ({ ...counted(request), model }), total: total("input_tokens") };

/** The model stands in the body here, and the address names none. @see Vertex AI, "Count tokens" for Claude models */
export const countVertexMessages: CountEndpoint = {
  path: "/v1/{scope}publishers/anthropic/models/count-tokens:rawPredict",
  ask: (request, model) => ({ ...counted(request), anthropic_version: "vertex-2023-10-16", model: bareName(model) }),
  total: total("input_tokens"),
};

/**
 * The whole request as it would be sent, with a cap on its answer, wrapped up. Profiles that run in several regions
 * cannot count: the model that they stand for does.
 * @see Amazon Bedrock API, "CountTokens"
 */
export const countInvoke: CountEndpoint = {
  path: "/model/{model}/count-tokens",
  model: (upstreamModel) => upstreamModel.replace(/^[a-z-]+\.(?=anthropic\.)/, ""),
  betasInBody: true,
  ask(request, _model, betas) {
    const { model: _named, ...rest } = counted(request);
    const budget = isObject(rest.thinking) && typeof rest.thinking.budget_tokens === "number" ? rest.thinking.budget_tokens : 0;
    const body = { max_tokens: budget + 1, ...rest, anthropic_version: "bedrock-2023-05-31", ...(betas.length > 0 && { anthropic_beta: betas }) };
    return { input: { invokeModel: { body: Buffer.from(JSON.stringify(body)).toString("base64") } } };
  },
  total: total("inputTokens"),
};

/** @see OpenAI API, "Get input token counts" */
export const countResponses: CountEndpoint = {
  path: "/responses/input_tokens",
  // What went before is known to the shop alone.
  ask: (request, model) => (typeof request.previous_response_id === "string" || isThere(request.conversation) ? undefined : { ...counted(request), model }),
  total: total("input_tokens"),
};

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const PARTS = { contents: "contents", systemInstruction: "system_instruction", tools: "tools", toolConfig: "tool_config", generationConfig: "generation_config" } as const;

/** The conversation as either client wraps it, by its members' first names. Undefined: it goes on from what a vendor keeps, and who knows with whom. */
function conversation(request: JsonObject): Readonly<{ parts: JsonObject; isWrapped: boolean }> | undefined {
  const wrapped = request.generateContentRequest ?? request.generate_content_request;
  const inner = isObject(wrapped) ? wrapped : request;
  if (isThere(inner.cachedContent) || isThere(inner.cached_content)) return undefined;
  const parts = Object.entries(PARTS).flatMap(([name, other]) => {
    const value = inner[name] ?? inner[other];
    return isThere(value) ? [[name, value] as const] : [];
  });
  return { parts: Object.fromEntries(parts), isWrapped: inner !== request };
}

/** More than the bare conversation is counted as a whole request only. @see Gemini API, "models.countTokens" */
export const countContents: CountEndpoint = {
  path: "/models/{model}:countTokens",
  ask(request, model) {
    const found = conversation(request);
    if (!found) return undefined;
    const { parts, isWrapped } = found;
    return isWrapped || Object.keys(parts).some((name) => name !== "contents") ? { generateContentRequest: { model: `models/${bareName(model)}`, ...parts } } : parts;
  },
  total: total("totalTokens"),
};

/** Without a wrapping, and without what only steers the answer. @see Vertex AI, "publishers.models.countTokens" */
export const countVertexContents: CountEndpoint = {
  path: "/v1/{scope}publishers/google/models/{model}:countTokens",
  ask(request) {
    const { toolConfig: _steers, ...parts } = conversation(request)?.parts ?? {};
    return Object.keys(parts).length > 0 ? parts : undefined;
  },
  total: total("totalTokens"),
};

import { rewordMessages } from "#relay/providers/kit/anthropic-cloud.ts";
import { header } from "#relay/providers/kit/auth.ts";
import { countVertexContents, countVertexMessages } from "#relay/providers/kit/count-endpoints.ts";
import { googleTokens, isServiceAccount } from "#relay/providers/kit/google-token.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import { rewordGemini } from "#relay/providers/vertex/gemini-words.ts";
import { place } from "#relay/providers/vertex/place.ts";

const GOOGLES = "/v1/{scope}publishers/google/models/{model}";
const ANTHROPICS = "/v1/{scope}publishers/anthropic/models/{model}";

const isClaude = (model: string): boolean => /(?:^|\/)claude/i.test(model);
/** Partners' models are called with their maker's name, as `meta/llama-4-maverick-17b-128e-instruct-maas`. */
const isPartners = (model: string): boolean => !isClaude(model) && model.includes("/") && !/(?:^|\/)models\//.test(model);

/** From its second edition on the model has no `predict`. */
const isNewEmbedding = (model: string): boolean => /gemini-embedding-(?!001)/.test(model);

const gemini = (dialect: "gemini" | "gemini-images" | "gemini-speech"): ProviderEndpoint => ({
  dialect,
  path: `${GOOGLES}:generateContent`,
  ...(dialect === "gemini" && { streamPath: `${GOOGLES}:streamGenerateContent?alt=sse`, reword: rewordGemini, count: { ...countVertexContents, reword: rewordGemini } }),
  serves: (model) => !isClaude(model) && !isPartners(model),
});

const messages: ProviderEndpoint = {
  dialect: "anthropic",
  path: `${ANTHROPICS}:rawPredict`,
  streamPath: `${ANTHROPICS}:streamRawPredict`,
  serves: isClaude,
  dataOnly: true,
  count: countVertexMessages,
  reword: rewordMessages({ version: "vertex-2023-10-16", without: ["model"] }),
};

/**
 * Google Vertex AI.
 * - keys: a service account's file, exchanged for tokens that live an hour, or an API key (express mode)
 * - the address names project and place; `global` has a host without prefix, continents have hosts of their own
 * - Google's models in Gemini's words (no ids of calls, every turn with its role), Anthropic's in its own with the edition in the body, partners' in OpenAI's
 * - videos by Veo, whose files come with the operation or lie in a bucket
 * - embeddings by `predict`, of the newest models by `embedContent`
 * - usage: Gemini's rules for Google's models, Anthropic's for Claude
 */
export const vertex: Provider = {
  id: "vertex",
  name: "Google Vertex AI",
  baseUrl: "https://aiplatform.googleapis.com",
  paths: {
    chat: [gemini("gemini"), messages, { dialect: "openai-chat", path: "/v1/{scope}endpoints/openapi/chat/completions", serves: isPartners }],
    embeddings: [
      { dialect: "vertex-embeddings", path: `${GOOGLES}:predict`, serves: (model) => !isNewEmbedding(model) },
      { dialect: "vertex-embed-content", path: `${GOOGLES.replace("/v1/", "/v1beta1/")}:embedContent`, serves: isNewEmbedding },
    ],
    images: gemini("gemini-images"), "image-edits": gemini("gemini-images"), speech: gemini("gemini-speech"),
  },
  tasks: [{ protocol: "veo-vertex" }],
  tokens: googleTokens,
  place,
  keyForm: "service-account",
  asks: ["project", "location"],
  // The catalogue stands on the bare host alone, below another version, and is not told to API keys.
  listings: ({ secret, baseUrl }) => {
    const own = place({ secret, settings: { project: "-", location: "global" }, upstreamModel: "", baseUrl }).baseUrl;
    return isServiceAccount(secret) ? ["google", "anthropic"].map((publisher) => ({ path: `/v1beta1/publishers/${publisher}/models?pageSize=200`, ...(own !== undefined && { baseUrl: own }) })) : [];
  },
  authorize: header("x-goog-api-key"),
  flags: { ...DEFAULT_FLAGS, reasoning: "out", stopsBillingOnAbort: false },
  errorClasses: [
    { match: /^400 .*(?:invalid beta flag|anthropic[-_]beta)/i, class: "quirk" },
    { match: "400 API_KEY_INVALID", class: "auth" },
    { match: "ACCESS_TOKEN_EXPIRED", class: "auth" },
    { match: "ACCESS_TOKEN_TYPE_UNSUPPORTED", class: "auth" },
    { match: "BILLING_DISABLED", class: "quota" },
    { match: "403 SERVICE_DISABLED", class: "config" },
    { match: "429 RESOURCE_EXHAUSTED", class: "rate" },
    { match: "rate_limit_error", class: "rate" },
    { match: "overloaded_error", class: "overload" },
    { match: "503 UNAVAILABLE", class: "overload" },
    { match: /^400 .*(?:token count (?:\(\d+\) )?exceeds|prompt is too long)/i, class: "context" },
    { match: /^400 .*(?:User location is not supported)/, class: "config" },
    { match: /^400 .*(?:signature|thinking block)/i, class: "quirk" },
  ],
  docs: "https://cloud.google.com/vertex-ai/generative-ai/docs",
};

import { header } from "#relay/providers/kit/auth.ts";
import { countContents } from "#relay/providers/kit/count-endpoints.ts";
import { geminiEmbeddingsEndpoint, geminiEndpoint, geminiMediaEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Google Gemini API.
 * - its own protocol, and an OpenAI-shaped skin: extra_body.google.thinking_config for budgets
 * - embeddings in its own protocol alone: up to 100 texts a call, and what they are for
 * - usage: promptTokenCount INCLUDES cachedContentTokenCount; toolUsePromptTokenCount is extra input;
 *   candidatesTokenCount EXCLUDES thoughtsTokenCount (add both for output). Modality split in promptTokensDetails
 *   / candidatesTokensDetails.
 */
export const gemini = openaiShaped({
  id: "gemini",
  name: "Google Gemini API",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
  paths: { chat: "/chat/completions" },
  own: {
    embeddings: geminiEmbeddingsEndpoint(),
    images: geminiMediaEndpoint("gemini-images"), "image-edits": geminiMediaEndpoint("gemini-images"), speech: geminiMediaEndpoint("gemini-speech"),
  },
  also: [{ ...geminiEndpoint(), count: countContents }],
  tasks: [{ protocol: "veo", basePath: "/v1beta", authorize: header("x-goog-api-key") }],
  flags: { reasoning: "out", stopsBillingOnAbort: false },
  errorClasses: [
    { match: "400 API_KEY_INVALID", class: "auth" },
    { match: "402", class: "quota" },
    { match: "403 SERVICE_DISABLED", class: "config" },
    { match: "429 RESOURCE_EXHAUSTED", class: "rate" },
    { match: /^400 .*(?:User location is not supported)/, class: "config" },
    { match: "503 UNAVAILABLE", class: "overload" },
    { match: /^400 .*(?:token count exceeds)/, class: "context" },
  ],
  docs: "https://ai.google.dev/api",
});

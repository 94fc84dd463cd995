import { header } from "#relay/providers/kit/auth.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Azure OpenAI.
 * - deployment name stands in the path; the body model is ignored on deployment paths, required on /openai/v1
 * - first stream chunk may have empty choices with prompt_filter_results; never index choices[0] blindly
 * - content filter: HTTP 400 with code content_filter and innererror; not retryable on the same model
 * - importer: old channels may have dots removed from deployment names (gpt-3.5 -> gpt-35)
 * - usage: as openai
 */
export const azure = openaiShaped({
  id: "azure",
  name: "Azure OpenAI",
  basePath: "/openai/v1",
  paths: {
    chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings",
    images: "/images/generations", "image-edits": "/images/edits", speech: "/audio/speech", transcriptions: "/audio/transcriptions", translations: "/audio/translations",
  },
  realtime: { path: "/realtime", transcription: "intent" },
  responses: {},
  authorize: header("api-key"),
  flags: { stopsBillingOnAbort: true, maxTokensName: "by_model", verboseWhisper: true },
  errorClasses: [
    { match: "content_filter", class: "policy" },
    { match: "DeploymentNotFound", class: "config" },
    { match: "429", class: "rate" },
  ],
  docs: "https://learn.microsoft.com/azure/ai-services/openai/reference",
});

import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Cloudflare Workers AI.
 * - model ids @cf/vendor/name
 * - the base is the account's (`https://api.cloudflare.com/client/v4/accounts/<id>/ai/v1`); recordings go to its `ai/run`
 * - usage: usage in the last chunk; older models send none -> estimate
 */
export const cloudflareWorkersAi = openaiShaped({
  id: "cloudflare-workers-ai",
  name: "Cloudflare Workers AI",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  own: {
    transcriptions: { dialect: "workers-ai-transcriptions", basePath: "/run", path: "/{model}" },
    translations: { dialect: "workers-ai-translations", basePath: "/run", path: "/{model}" },
  },
  responses: { onlyIfChosen: true },
  flags: { stopsBillingOnAbort: true },
  docs: "https://developers.cloudflare.com/workers-ai",
});

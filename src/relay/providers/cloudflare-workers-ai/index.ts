import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Cloudflare Workers AI.
 * - model ids @cf/vendor/name
 * - usage: usage in the last chunk; older models send none -> estimate
 */
export const cloudflareWorkersAi = openaiShaped({
  id: "cloudflare-workers-ai",
  name: "Cloudflare Workers AI",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  responses: { onlyIfChosen: true },
  flags: { stopsBillingOnAbort: true },
  docs: "https://developers.cloudflare.com/workers-ai",
});

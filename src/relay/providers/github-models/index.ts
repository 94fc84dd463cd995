import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * GitHub Models.
 * - model ids publisher/name
 * - headers X-GitHub-Api-Version, Accept application/vnd.github+json optional
 * - old host https://models.inference.ai.azure.com
 * - low daily request limits per tier
 * - other hosts: https://models.github.ai/catalog/models (catalogue)
 * - usage: as OpenAI
 */
export const githubModels = openaiShaped({
  id: "github-models",
  name: "GitHub Models",
  baseUrl: "https://models.github.ai/inference",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://docs.github.com/rest/models",
});

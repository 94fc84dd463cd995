import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * NVIDIA NIM.
 * - embeddings need input_type for some models
 * - self-hosted NIM has the same shape at its own host
 * - usage: OpenAI usage
 */
export const nvidiaNim = openaiShaped({
  id: "nvidia-nim",
  name: "NVIDIA NIM",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://docs.api.nvidia.com",
});

import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Voyage AI.
 * - output_dimension, output_dtype, input_type names differ from OpenAI; encoding_format base64 only
 * - rerank: top_k instead of top_n, data[].relevance_score
 * - usage: usage.total_tokens; multimodal also image_pixels
 */
export const voyage = openaiShaped({
  id: "voyage",
  name: "Voyage AI",
  baseUrl: "https://api.voyageai.com/v1",
  paths: {},
  own: { embeddings: { dialect: "voyage-embeddings", path: "/embeddings" }, rerank: { dialect: "voyage-rerank", path: "/rerank" } },
  docs: "https://docs.voyageai.com",
});

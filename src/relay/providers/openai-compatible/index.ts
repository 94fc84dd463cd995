import { MEDIA_PATHS, openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Any OpenAI-compatible host.
 * - channel switches: supports_stream_options, max_tokens_name, reasoning_field, cached_inclusive,
 *   reasoning_inclusive
 * - usage: by channel switches; defaults inclusive/inclusive
 */
export const openaiCompatible = openaiShaped({
  id: "openai-compatible",
  name: "Any OpenAI-compatible host",
  basePath: "/v1",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", ...MEDIA_PATHS, rerank: "/rerank" },
  realtime: { path: "/realtime", transcription: "named" },
  responses: { onlyIfChosen: true },
  tasks: [{ protocol: "openai-videos" }],
});

import { header } from "#relay/providers/kit/auth.ts";
import type { ProviderEndpoint } from "#relay/providers/provider.ts";

/** Google's pictures and voices: said and answered as a conversation. */
export const geminiMediaEndpoint = (dialect: "gemini-images" | "gemini-speech"): ProviderEndpoint => ({
  dialect,
  path: "/models/{model}:generateContent",
  basePath: "/v1beta",
  authorize: header("x-goog-api-key"),
});

/** Google's own embeddings; a call of one text has another action. */
export const geminiEmbeddingsEndpoint = (): ProviderEndpoint => ({
  dialect: "gemini-embeddings",
  path: "/models/{model}:batchEmbedContents",
  basePath: "/v1beta",
  authorize: header("x-goog-api-key"),
});

/** Google's own protocol, as it stands on Google's host and on those that copy it: model and action are part of the address. */
export const geminiEndpoint = ({ onlyIfChosen = false }: Readonly<{ onlyIfChosen?: boolean }> = {}): ProviderEndpoint => ({
  dialect: "gemini",
  path: "/models/{model}:generateContent",
  streamPath: "/models/{model}:streamGenerateContent?alt=sse",
  basePath: "/v1beta",
  authorize: header("x-goog-api-key"),
  ...(onlyIfChosen ? { onlyIfChosen } : {}),
});

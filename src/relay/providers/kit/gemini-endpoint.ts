import { header } from "#relay/providers/kit/auth.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";

/** Google's own protocol, as it stands on Google's host and on those that copy it: model and action are part of the address. */
export const GEMINI_ENDPOINT: ProviderEndpoint = {
  dialect: "gemini",
  path: "/models/{model}:generateContent",
  streamPath: "/models/{model}:streamGenerateContent?alt=sse",
  basePath: "/v1beta",
  authorize: header("x-goog-api-key"),
};

/** The same provider with another endpoint for chats, less preferred than those it has. */
export function alsoSpeaks(provider: Provider, ...endpoints: readonly ProviderEndpoint[]): Provider {
  const { chat } = provider.paths;
  const known = chat === undefined ? [] : Array.isArray(chat) ? (chat as readonly ProviderEndpoint[]) : [chat as ProviderEndpoint];
  return { ...provider, paths: { ...provider.paths, chat: [...known, ...endpoints] } };
}

import { geminiEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * CometAPI.
 * - new-api family behind: Anthropic and Gemini native paths on the same host
 * - usage: as the native protocol
 */
export const cometapi = openaiShaped({
  id: "cometapi",
  name: "CometAPI",
  baseUrl: "https://api.cometapi.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", images: "/images/generations", "image-edits": "/images/edits" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ onlyIfChosen: true }), geminiEndpoint({ onlyIfChosen: true })],
  docs: "https://apidoc.cometapi.com",
});

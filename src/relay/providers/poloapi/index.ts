import { geminiEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * PoloAPI.
 * - usage: as the native protocol
 */
export const poloapi = openaiShaped({
  id: "poloapi",
  name: "PoloAPI",
  baseUrl: "https://work.poloapi.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", images: "/images/generations", "image-edits": "/images/edits", moderations: "/moderations" },
  also: [messagesEndpoint({ onlyIfChosen: true }), geminiEndpoint({ onlyIfChosen: true })],
  tasks: [{ protocol: "openai-videos" }, { protocol: "mj-proxy", basePath: "" }],
  docs: "https://poloai.apifox.cn",
});

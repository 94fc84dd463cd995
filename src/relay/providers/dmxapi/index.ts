import { geminiEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * DMXAPI.
 * - one-api family; tolerates a bare key without Bearer
 * - usage: as the native protocol
 */
export const dmxapi = openaiShaped({
  id: "dmxapi",
  name: "DMXAPI",
  baseUrl: "https://www.dmxapi.cn/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  also: [messagesEndpoint({ onlyIfChosen: true }), geminiEndpoint({ onlyIfChosen: true })],
  docs: "https://doc.dmxapi.cn",
});

import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * MiniMax.
 * - China host https://api.minimax.chat/v1 or https://api.minimaxi.com/v1
 * - chat path also /text/chatcompletion_v2; old API needs ?GroupId=
 * - errors in base_resp.status_code with HTTP 200: 1002 rate, 1004 auth, 1008 balance, 1027 output policy, 1039
 *   TPM
 * - reasoning_split:true separates reasoning_details from content
 * - usage: total_tokens plus prompt/completion; send include_usage
 */
export const minimax = openaiShaped({
  id: "minimax",
  name: "MiniMax",
  baseUrl: "https://api.minimax.io/v1",
  paths: { chat: "/chat/completions" },
  own: { images: { dialect: "minimax-images", path: "/image_generation" }, "image-edits": { dialect: "minimax-images", path: "/image_generation" }, speech: { dialect: "minimax-speech", path: "/t2a_v2" } },
  also: [messagesEndpoint({ basePath: "/anthropic" })],
  flags: { reasoningParam: "none", stopsBillingOnAbort: false },
  errorClasses: [
    { match: "1000", class: "server" },
    { match: "1001", class: "slow" },
    { match: "1002", class: "rate" },
    { match: "1004", class: "auth" },
    { match: "1008", class: "quota" },
    { match: "1026", class: "policy" },
    { match: "1027", class: "policy" },
    { match: "1039", class: "rate" },
    { match: "2013", class: "client" },
    { match: "2049", class: "auth" },
  ],
  unconfirmed: true,
  docs: "https://platform.minimax.io/docs",
});

import { bearer } from "#relay/providers/kit/auth.ts";
import { asWire } from "#relay/dialects/stream-kit/wire.ts";
import { uploading } from "#relay/upstream/uploading.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Coze: the model's name is the id of a bot.
 * - one question a call; earlier turns go along where the channel is set so
 * - files by address or uploaded before; neither tools nor sampling: they stand in the bot
 * - errors come with status 200 and a number
 * - other hosts: https://api.coze.com (international)
 */
export const coze: Provider = {
  id: "coze",
  name: "Coze",
  baseUrl: "https://api.coze.cn",
  paths: { chat: { dialect: "coze", path: "/v3/chat" } },
  authorize: bearer,
  carry: ({ transport }) => uploading(transport, { path: (pathname) => pathname.replace(/\/v3\/chat$/, "/v1/files/upload"), idOf: ({ data }) => asWire(data).id }),
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", firstByteMs: 120_000 },
  errorClasses: [
    { match: "4000", class: "client" },
    { match: "4013", class: "rate" },
    { match: "4008", class: "quota" },
    { match: "4009", class: "rate" },
    { match: "4011", class: "quota" },
    { match: "4015", class: "config" },
    { match: "4020", class: "policy" },
    { match: "4028", class: "quota" },
    { match: "4100", class: "auth" },
    // A token that is none here, or that may not use the bot: another key may.
    { match: "4101", class: "auth" },
    { match: "4200", class: "config" },
    { match: "5000", class: "server" },
    { match: "requires_action", class: "config" },
    // Keys that are no tokens of this host.
    { match: "700012006", class: "auth" },
  ],
  docs: "https://www.coze.cn/docs/developer_guides/chat_v3",
};

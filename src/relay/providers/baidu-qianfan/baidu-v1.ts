import { baiduQianfan } from "#relay/providers/baidu-qianfan/index.ts";
import { endpointUrl } from "#relay/providers/kit/endpoint-url.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";

const CHAT = { dialect: "baidu-v1", path: "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat" } as const;
const TOKEN = "/oauth/2.0/token";

/**
 * Baidu's ERNIE by its first interface.
 * - the key is `client_id|client_secret`; a token is had for it, which goes in the address and holds for a month
 * - an address for each model; instructions are a member of their own; the sides must alternate
 * - errors come with status 200
 */
export const baiduV1: Provider = {
  id: "baidu-v1",
  name: "Baidu ERNIE (v1)",
  baseUrl: "https://aip.baidubce.com",
  paths: { chat: CHAT },
  authorize: () => NO_HEADERS,
  tokens: {
    wanted: () => true,
    query: "access_token",
    ask(secret, _nowMs, baseUrl) {
      const [id = "", password = "", ...rest] = secret.split("|").map((part) => part.trim());
      if (id === "" || password === "" || rest.length > 0) throw new Error("The key must be client_id|client_secret.");
      const url = endpointUrl(baiduV1, baseUrl, { path: TOKEN });
      url.search = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: password }).toString();
      return { url, form: {} };
    },
  },
  keyForm: /^[^|]+\|[^|]+$/,
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens" },
  errorClasses: [
    ...(baiduQianfan.errorClasses ?? []),
    { match: "2", class: "overload" },
    { match: "4", class: "rate" },
    { match: "6", class: "config" },
    { match: "13", class: "auth" },
    { match: "14", class: "auth" },
    { match: "15", class: "auth" },
    { match: "100", class: "auth" },
    { match: "336000", class: "server" },
    { match: "336001", class: "server" },
    { match: "336002", class: "client" },
    { match: "336006", class: "client" },
    { match: "336007", class: "context" },
    { match: "336100", class: "overload" },
    { match: "336103", class: "context" },
    { match: "336503", class: "rate" },
  ],
  docs: "https://cloud.baidu.com/doc/WENXINWORKSHOP/s/clntwmv7t",
};

const NO_HEADERS: Readonly<Record<string, string>> = {};

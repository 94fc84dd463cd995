import { createHmac } from "node:crypto";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { zhipu } from "#relay/providers/zhipu/index.ts";

const LIFE_MS = 5 * 60_000;
const HEAD = encoded({ alg: "HS256", sign_type: "SIGN" });

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A token that the key's own half signs, good for this call. The key is `id.secret`. */
function tokenOf(key: string, atMs: number): string {
  const [id = "", secret = ""] = key.split(".");
  const said = `${HEAD}.${encoded({ api_key: id, exp: atMs + LIFE_MS, timestamp: atMs })}`;
  return `${said}.${createHmac("sha256", secret).update(said).digest("base64url")}`;
}

/**
 * The first ChatGLM models, by the interface that came before OpenAI's form.
 * - a signed token in place of the key; it stands in `Authorization` alone
 * - an address for each model; no instructions, no cap on the answer
 * - errors come with status 200
 */
export const zhipuV3: Provider = {
  id: "zhipu-v3",
  name: "Zhipu ChatGLM (v3)",
  baseUrl: "https://open.bigmodel.cn/api/paas/v3",
  paths: { chat: { dialect: "zhipu-v3", path: "/model-api/{model}/invoke", streamPath: "/model-api/{model}/sse-invoke" } },
  authorize: () => NO_HEADERS,
  sign: (key, { atMs }) => ({ authorization: tokenOf(key, atMs) }),
  keyForm: /^[^.]+\.[^.]+$/,
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens" },
  errorClasses: [...(zhipu.errorClasses ?? []), { match: "interrupted", class: "policy" }],
  unconfirmed: true,
  docs: "https://docs.bigmodel.cn",
};

const NO_HEADERS: Readonly<Record<string, string>> = {};

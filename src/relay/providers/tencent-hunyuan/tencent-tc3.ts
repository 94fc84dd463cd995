import { signTc3, type TencentKey } from "#relay/providers/kit/tc3.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { tencentHunyuan } from "#relay/providers/tencent-hunyuan/index.ts";

/** `secretId|secretKey`, with the account's own number in front or not. */
function readKey(key: string): TencentKey {
  const [secretKey = "", secretId = ""] = key.split("|").map((part) => part.trim()).reverse();
  return { secretId, secretKey };
}

/**
 * Tencent Hunyuan by Tencent Cloud's own interface, for accounts that have a pair of keys and no API key.
 * - every call is signed (TC3-HMAC-SHA256) and goes to one address; what is wanted stands in a header
 * - capitalised members; a whole reply lies in `Response`; errors come with status 200
 * - no cap on the answer can be asked for
 */
export const tencentTc3: Provider = {
  id: "tencent-tc3",
  name: "Tencent Hunyuan (Cloud API)",
  baseUrl: "https://hunyuan.tencentcloudapi.com",
  paths: { chat: { dialect: "tencent", path: "/" } },
  authorize: () => NO_HEADERS,
  sign: (key, call) => signTc3(call, readKey(key), { service: "hunyuan", action: "ChatCompletions", version: "2023-09-01" }),
  keyForm: /^(?:\d+\|)?[^|]+\|[^|]+$/,
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens" },
  errorClasses: [
    ...(tencentHunyuan.errorClasses ?? []),
    { match: /^ResourceUnavailable\.(?:InArrears|StopUsing)|^ResourceUnavailable\.LowBalance/, class: "quota" },
    { match: /^FailedOperation\.(?:ServiceNotActivated|ServiceStop|ServiceStopArrears)/, class: "quota" },
    { match: /^UnauthorizedOperation/, class: "auth" },
    { match: /^FailedOperation\.EngineServerLimitExceeded|^FailedOperation\.EngineServerError/, class: "overload" },
    { match: /^FailedOperation\.EngineRequestTimeout/, class: "slow" },
    { match: /^(?:InvalidParameterValue\.Model|UnsupportedOperation)/, class: "config" },
    { match: /^InternalError/, class: "server" },
  ],
  docs: "https://cloud.tencent.com/document/product/1729/105701",
};

const NO_HEADERS: Readonly<Record<string, string>> = {};

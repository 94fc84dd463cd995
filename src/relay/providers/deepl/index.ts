import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * DeepL as a model that translates: the last message into the language of the model's name (`deepl-de`).
 * - keys that end in `:fx` belong to the host that costs nothing, all others to https://api.deepl.com
 * - billed by characters: each counts as a token of input, and an answer costs nothing
 */
export const deepl: Provider = {
  id: "deepl",
  name: "DeepL (translation as chat)",
  baseUrl: "https://api-free.deepl.com",
  paths: { chat: { dialect: "deepl", path: "/v2/translate" } },
  authorize: (key) => ({ authorization: `DeepL-Auth-Key ${key}` }),
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", billsCharacters: true },
  errorClasses: [
    { match: "403", class: "auth" },
    { match: "456", class: "quota" },
    { match: "413", class: "context" },
    { match: "529", class: "rate" },
  ],
  docs: "https://developers.deepl.com/docs/api-reference/translate",
};

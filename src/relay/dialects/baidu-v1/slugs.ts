/** What the address has for models whose name it does not repeat in lower case. @see Baidu Qianfan, list of models (v1) */
const SLUGS: Readonly<Record<string, string>> = {
  "ernie-4.0-8k": "completions_pro",
  "ernie-4.0": "completions_pro",
  "ernie-bot-4": "completions_pro",
  "ernie-4.0-8k-preview-0518": "completions_adv_pro",
  "ernie-3.5-8k": "completions",
  "ernie-bot": "completions",
  "ernie-bot-8k": "ernie_bot_8k",
  "ernie-bot-turbo": "eb-instant",
  "ernie-lite-8k-0922": "eb-instant",
  "ernie-lite-8k-0308": "ernie-lite-8k",
  "ernie-speed": "ernie_speed",
  "ernie-speed-8k": "ernie_speed",
  "ernie-speed-appbuilder": "ai_apaas",
  "ernie-character-8k": "ernie-char-8k",
  "ernie-character-fiction-8k": "ernie-char-fiction-8k",
  "ernie-functions-8k": "ernie-func-8k",
  "bloomz-7b": "bloomz_7b1",
};

/** The last part of a model's address. */
export function slugOf(model: string): string {
  const name = model.toLowerCase();
  return encodeURIComponent(SLUGS[name] ?? name);
}

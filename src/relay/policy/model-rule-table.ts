import type { Json } from "#channels/override-fields.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";

/** How one family of models leaves its protocol's own rules. */
export type ModelRule = Readonly<{
  /** Ids of providers; left out = whoever serves the model in this protocol. */
  providers?: readonly string[];
  protocols: readonly WireFormat[];
  /** Names as the vendor has them, in lower case, without a path in front and with dashes for dots; `*` = anything. */
  match: readonly string[];
  except?: readonly string[];
  /** Members that the model refuses. */
  drop?: readonly string[];
  /** Values of them that it takes all the same. */
  usual?: Readonly<Record<string, number>>;
  /** They are taken after all while the model does not think; `"default"` = it does not unless it is told to. */
  dropUnlessIdle?: "asked" | "default";
  /** Of these, one may be given. The first wins. */
  either?: readonly [string, string];
  rename?: Readonly<Record<string, string>>;
  clamp?: Readonly<Record<string, readonly [min: number, max: number]>>;
  /** Set where it is absent. */
  default?: Readonly<Record<string, Json>>;
  /** The same, only where the answer is not streamed. */
  defaultWhole?: Readonly<Record<string, Json>>;
  /** All members that the vendor takes: it refuses a request with any other. */
  known?: readonly string[];
  /** It answers in streams only. */
  streamOnly?: true;
  /** Turns of user and assistant must alternate: neighbours of one role are joined. */
  alternate?: true;
  /** Earlier calls of tools must say what was thought: `""` where that is not known. `asked` = while thinking is switched on. */
  echo?: "always" | "asked";
  /** Ids of tool calls must be nine letters and digits. */
  shortIds?: true;
  /** All members that the messages of each role may have: it refuses a request with any other. */
  messageMembers?: Readonly<Record<string, readonly string[]>>;
  /** Knows no role `developer`, as OpenAI has come to call the system's: a request with one is refused. */
  systemRole?: true;
  /** Documents are parts of its own, with their data as an address. */
  documentUrls?: true;
}>;

const SAMPLING = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias"] as const;
const OF_RESPONSES = ["temperature", "top_p", "top_logprobs"] as const;
/** What a model that refuses these members takes all the same: the values they have when they are left out. */
const USUAL = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 } as const;

const OPENAI = ["openai", "azure"] as const;
const THINKERS = ["o1*", "o3*", "o4*", "gpt-5*", "gpt-6*", "gpt-7*"] as const;
const CHATTERS = ["gpt-5-chat*", "gpt-5-?-chat*", "gpt-6-chat*"] as const;
/** From GPT-5.1 on models think only when they are told to, but for those made for it. */
const IDLERS = ["gpt-5-1*", "gpt-5-2*", "gpt-5-3*", "gpt-5-4*", "gpt-5-5*"] as const;
const ALWAYS_THINKING = ["gpt-5-?-codex*", "gpt-5-?-pro*"] as const;

/** @see Mistral's OpenAPI document: requests are closed to other members */
const MISTRAL_CHAT = [
  "model", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata", "messages", "response_format", "tools", "tool_choice",
  "presence_penalty", "frequency_penalty", "n", "prediction", "parallel_tool_calls", "prompt_mode", "safe_prompt", "reasoning_effort", "guardrails", "prompt_cache_key",
] as const;

const MISTRAL_MESSAGES = {
  system: ["role", "content"], user: ["role", "content"], assistant: ["role", "content", "tool_calls", "prefix"], tool: ["role", "content", "tool_call_id", "name"],
} as const;

/** Every row that fits a model holds. */
export const MODEL_RULES: readonly ModelRule[] = [
  { providers: OPENAI, protocols: ["openai-chat"], match: THINKERS, except: [...CHATTERS, ...IDLERS], drop: SAMPLING, usual: USUAL },
  { providers: OPENAI, protocols: ["openai-chat"], match: IDLERS, except: [...CHATTERS, ...ALWAYS_THINKING], drop: SAMPLING, usual: USUAL, dropUnlessIdle: "default" },
  { providers: OPENAI, protocols: ["openai-chat"], match: ALWAYS_THINKING, drop: SAMPLING, usual: USUAL, dropUnlessIdle: "asked" },
  { providers: OPENAI, protocols: ["openai-responses"], match: THINKERS, except: [...CHATTERS, ...IDLERS], drop: OF_RESPONSES, usual: USUAL },
  { providers: OPENAI, protocols: ["openai-responses"], match: IDLERS, except: [...CHATTERS, ...ALWAYS_THINKING], drop: OF_RESPONSES, usual: USUAL, dropUnlessIdle: "default" },
  { providers: OPENAI, protocols: ["openai-responses"], match: ALWAYS_THINKING, drop: OF_RESPONSES, usual: USUAL, dropUnlessIdle: "asked" },
  { providers: OPENAI, protocols: ["openai-chat"], match: ["gpt-4o*-search-preview*"], drop: ["temperature", "top_p", "n", "logprobs", "top_logprobs", "presence_penalty", "frequency_penalty"] },
  {
    protocols: ["anthropic"], drop: ["temperature", "top_p", "top_k"],
    match: ["*claude-opus-4-7*", "*claude-opus-4-8*", "*claude-opus-4-9*", "*claude-opus-5*", "*claude-sonnet-5*", "*claude-haiku-5*"],
  },
  { protocols: ["anthropic"], match: ["*claude-opus-4-1*", "*claude-*-4-5*", "*claude-*-4-6*"], either: ["temperature", "top_p"] },
  {
    providers: ["cerebras", "dashscope", "deepinfra", "deepseek", "mistral", "moonshot", "zhipu"], protocols: ["openai-chat"], match: ["*"], systemRole: true,
  },
  { providers: ["deepseek"], protocols: ["openai-chat"], match: ["deepseek-reasoner*"], drop: SAMPLING, echo: "always" },
  { providers: ["deepseek"], protocols: ["openai-chat"], match: ["*"], echo: "asked" },
  {
    providers: ["dashscope"], protocols: ["openai-chat"], match: ["qwen3-*b"], except: ["qwen3-embedding*", "qwen3-reranker*"], defaultWhole: { enable_thinking: false },
  },
  { providers: ["dashscope"], protocols: ["openai-chat"], match: ["qwq*", "qvq*"], streamOnly: true },
  {
    providers: ["xai"], protocols: ["openai-chat"], match: ["grok-4*", "grok-3-mini*"], except: ["*non-reasoning*"], drop: ["presence_penalty", "frequency_penalty", "stop"],
  },
  { providers: ["moonshot"], protocols: ["openai-chat"], match: ["kimi-k2-thinking*"], default: { temperature: 1 }, echo: "always" },
  { providers: ["moonshot"], protocols: ["openai-chat"], match: ["*"], except: ["kimi-k2-thinking*"], echo: "asked" },
  { providers: ["zhipu"], protocols: ["openai-chat"], match: ["glm-*"], clamp: { temperature: [0.01, 0.99], top_p: [0.01, 0.99] } },
  {
    providers: ["mistral"], protocols: ["openai-chat"], match: ["*"], known: MISTRAL_CHAT, shortIds: true, messageMembers: MISTRAL_MESSAGES, documentUrls: true,
    rename: { max_completion_tokens: "max_tokens", seed: "random_seed" },
  },
  {
    providers: ["mistral"], protocols: ["openai-completions"], match: ["*"], rename: { seed: "random_seed" },
    known: ["model", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata", "prompt", "suffix", "min_tokens"],
  },
  {
    providers: ["mistral"], protocols: ["openai-embeddings"], match: ["*"], rename: { dimensions: "output_dimension" },
    known: ["model", "input", "metadata", "output_dimension", "output_dtype", "encoding_format"],
  },
  { providers: ["perplexity"], protocols: ["openai-chat"], match: ["sonar*"], drop: ["tools", "tool_choice", "stop", "logit_bias"], alternate: true },
];

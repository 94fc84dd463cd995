import { isMedia, type Operation } from "#relay/dialects/operations.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { KnownWords } from "#relay/http/body/known-words.ts";
import { COUNT_BLOCKS, COUNT_INPUT, COUNT_ITEMS, COUNT_MESSAGES, COUNT_PARTS, type CountMode } from "#relay/http/body/walker.ts";

/** What is looked for at the top level of a format's bodies. */
export type ScanForm = Readonly<{
  /** Keys the shop judges or rewrites, by the name they are filed under: twice in one body is refused, however they are spelled. */
  judged: ReadonlyMap<string, string>;
  /** Those keys, for the walker. */
  words: KnownWords;
  /** How the text in a value counts; others do not. */
  modes: ReadonlyMap<string, CountMode>;
  /** Vendors show these to the model as text of their own making: every byte counts, names and brackets too. */
  whole: ReadonlySet<string>;
  /** The client's cap on the answer, by all its names. */
  caps: readonly string[];
}>;

type Names = Pick<ScanForm, "judged" | "words">;

const namesOf = (judged: ReadonlyMap<string, string>): Names => ({ judged, words: new KnownWords(judged.keys()) });

const named = (...keys: readonly string[]): Names => namesOf(new Map(keys.map((key) => [key, key])));

/** Google takes both spellings of every field. */
const bothSpellings = (...keys: readonly string[]): Names =>
  namesOf(new Map(keys.flatMap((key) => [[key, key], [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), key]])));

/** Said to the shop, whatever the format. */
const OURS = ["provider", "models", "session_id"] as const;

const OPENAI_KEYS = [
  "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of",
  "service_tier", "store", "user", "safety_identifier", "metadata", "prompt_cache_key", "tools", "functions", "tool_choice",
  "response_format", "text", "reasoning", "reasoning_effort", "thinking", "modalities", "messages", "input", "prompt", "suffix",
  "system", ...OURS, "dimensions", "encoding_format", "web_search_options", "instructions",
  "temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "stop",
] as const;
const OPENAI_CAPS = ["max_tokens", "max_completion_tokens", "max_output_tokens"];

const openai = (input: CountMode): ScanForm => ({
  ...named(...OPENAI_KEYS),
  modes: new Map<string, CountMode>([
    ["messages", COUNT_MESSAGES], ["system", COUNT_MESSAGES], ["input", input], ["instructions", COUNT_MESSAGES], ["prompt", COUNT_INPUT], ["suffix", COUNT_INPUT],
  ]),
  whole: new Set(["tools", "functions", "response_format"]),
  caps: OPENAI_CAPS,
});

// Some editors send the newer Responses shape to the chat address.
const CHAT = openai(COUNT_ITEMS);
const PLAIN = openai(COUNT_INPUT);

const RESPONSES: ScanForm = {
  ...named(
    ...OPENAI_KEYS, "previous_response_id", "conversation", "background", "include", "truncation", "context_management", "parallel_tool_calls", "max_tool_calls",
  ),
  modes: new Map<string, CountMode>([["input", COUNT_ITEMS], ["instructions", COUNT_MESSAGES]]),
  whole: new Set(["tools", "text"]),
  caps: ["max_output_tokens"],
};

const ANTHROPIC: ScanForm = {
  ...named(
    "model", "messages", "system", "max_tokens", "stream", "tools", "tool_choice", "metadata", "thinking", "stop_sequences", "service_tier",
    "container", "context_management", "mcp_servers", "output_config", "output_format", "inference_geo", "speed", "fallbacks", "temperature", "top_p", "top_k", ...OURS,
  ),
  modes: new Map<string, CountMode>([["messages", COUNT_BLOCKS], ["system", COUNT_BLOCKS]]),
  whole: new Set(["tools", "output_config", "output_format"]),
  caps: ["max_tokens"],
};

const GEMINI: ScanForm = {
  ...bothSpellings(
    "model", "contents", "systemInstruction", "generationConfig", "tools", "toolConfig", "safetySettings", "cachedContent", "labels", "serviceTier", "store", ...OURS,
  ),
  modes: new Map<string, CountMode>([["contents", COUNT_PARTS], ["systemInstruction", COUNT_PARTS]]),
  whole: new Set(["tools", "generationConfig"]),
  caps: [],
};

const MEDIA: ScanForm = {
  ...named(
    "model", "stream", "stream_format", "n", "size", "quality", "partial_images", "response_format", "output_format", "prompt", "image", "images", "mask",
    "input", "instructions", "voice", "speed", "file", "query", "documents", "top_n", "return_documents", "service_tier", ...OURS,
  ),
  modes: new Map<string, CountMode>([
    ["prompt", COUNT_INPUT], ["input", COUNT_MESSAGES], ["instructions", COUNT_MESSAGES], ["query", COUNT_INPUT], ["documents", COUNT_INPUT],
  ]),
  whole: new Set(),
  caps: [],
};

export function scanForm(operation: Operation, dialect: ClientFormat): ScanForm {
  if (isMedia(operation)) return MEDIA;
  if (operation !== "chat") return PLAIN;
  switch (dialect) {
    case "openai-responses":
      return RESPONSES;
    case "anthropic":
      return ANTHROPIC;
    case "gemini":
      return GEMINI;
    default:
      return CHAT;
  }
}

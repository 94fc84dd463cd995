/**
 * What a request may lose on its way into another protocol, by the codes of `x-modelmart-warn`, each with the field that
 * it is about: strict callers are refused with that field's name instead. The documentation has a sentence for each.
 */
export const LOSSES = {
  temperature_dropped: "temperature",
  temperature_clamped: "temperature",
  top_p_dropped: "top_p",
  top_k_dropped: "top_k",
  min_p_dropped: "min_p",
  stop_dropped: "stop",
  seed_dropped: "seed",
  presence_penalty_dropped: "presence_penalty",
  presence_penalty_clamped: "presence_penalty",
  frequency_penalty_dropped: "frequency_penalty",
  frequency_penalty_clamped: "frequency_penalty",
  repetition_penalty_dropped: "repetition_penalty",
  logit_bias_dropped: "logit_bias",
  logprobs_dropped: "logprobs",
  top_logprobs_dropped: "top_logprobs",
  max_tokens_clamped: "max_tokens",
  max_tokens_dropped: "max_tokens",
  reasoning_dropped: "reasoning",
  reasoning_unsupported: "reasoning",
  thinking_off_small_max_tokens: "max_tokens",
  thinking_off_unsigned_history: "messages",
  tier_dropped: "service_tier",
  beta_dropped: "anthropic-beta",
  parallel_tool_calls_dropped: "parallel_tool_calls",
  web_search_dropped: "tools",
  tool_choice_relaxed: "tool_choice",
  tool_image_moved: "messages",
  tool_args_repaired: "messages",
  system_moved: "messages",
  name_dropped: "messages",
  leading_user_inserted: "messages",
  prefill_continued: "messages",
  server_tool_dropped: "messages",
  assistant_media_dropped: "messages",
  image_config_dropped: "image_config",
  schema_soft: "response_format",
  messages_joined: "messages",
  history_dropped: "messages",
  history_repaired: "messages",
  size_adjusted: "size",
  format_adjusted: "response_format",
  url_inlined: "response_format",
  mask_dropped: "mask",
  images_dropped: "image",
  instructions_dropped: "instructions",
  speed_dropped: "speed",
  speed_clamped: "speed",
  input_type_dropped: "input_type",
  max_chunks_per_doc_dropped: "max_chunks_per_doc",
} as const satisfies Readonly<Record<string, string>>;

/**
 * `unknown:` goes before the name of a field that only the client's own format has. Rules of models and vendors' own
 * calls leave out and move further fields, each by its own name.
 */
export type Loss = keyof typeof LOSSES | `unknown:${string}` | `${string}_dropped` | `${string}_clamped`;

/** The field of the request that a loss is about. */
export function lossParam(loss: Loss): string {
  if (loss.startsWith("unknown:")) return loss.slice("unknown:".length);
  return isListed(loss) ? LOSSES[loss] : loss.replace(/_(?:dropped|clamped)$/, "");
}

const isListed = (loss: string): loss is keyof typeof LOSSES => loss in LOSSES;

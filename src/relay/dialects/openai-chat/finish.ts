import type { FinishReason } from "#relay/canonical/events.ts";

/** OpenAI's words and those that vendors of its format use beside them. */
const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"], ["length", "length"], ["tool_calls", "tool-calls"], ["function_call", "tool-calls"], ["content_filter", "content-filter"],
  ["max_tokens", "length"], ["model_length", "length"], ["max_output_tokens", "length"], ["insufficient_system_resource", "length"],
  ["tool_use", "tool-calls"], ["sensitive", "content-filter"], ["safety", "content-filter"], ["refusal", "refusal"],
  ["max_length", "length"], ["max_new_tokens", "length"], ["token_limit", "length"], ["model_context_window_exceeded", "context-full"], ["context_length_exceeded", "context-full"],
  ["content-filter", "content-filter"], ["content_filtered", "content-filter"], ["prohibited_content", "content-filter"], ["recitation", "content-filter"],
  ["blocklist", "content-filter"], ["spii", "content-filter"], ["moderation", "content-filter"], ["guardrail_intervened", "content-filter"],
  ["error", "error"], ["network_error", "error"],
]);

/** Some vendors say `stop` although they called tools. */
export function finishOf(word: string, called: boolean): FinishReason {
  const finish = FINISH.get(word.toLowerCase()) ?? "stop";
  return finish === "stop" && called ? "tool-calls" : finish;
}

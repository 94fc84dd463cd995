import type { FinishReason } from "#relay/canonical/events.ts";

/** OpenAI's words and those that vendors of its format use beside them. */
const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"], ["length", "length"], ["tool_calls", "tool-calls"], ["function_call", "tool-calls"], ["content_filter", "content-filter"],
  ["max_tokens", "length"], ["model_length", "length"], ["max_output_tokens", "length"], ["insufficient_system_resource", "length"],
  ["tool_use", "tool-calls"], ["sensitive", "content-filter"], ["safety", "content-filter"], ["refusal", "refusal"],
  ["error", "error"], ["network_error", "error"],
]);

/** Some vendors say `stop` although they called tools. */
export function finishOf(word: string, called: boolean): FinishReason {
  const finish = FINISH.get(word.toLowerCase()) ?? "stop";
  return finish === "stop" && called ? "tool-calls" : finish;
}

import type { FinishReason } from "#relay/canonical/events.ts";

const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: "stop", length: "length", "tool-calls": "tool_calls", "content-filter": "content_filter", refusal: "content_filter",
  pause: "stop", "context-full": "length", error: "error",
};

/** An end in OpenAI's words. @param legacy calls are told in the old form */
export const finishWord = (finish: FinishReason, legacy: boolean): string => (legacy && finish === "tool-calls" ? "function_call" : FINISH[finish]);

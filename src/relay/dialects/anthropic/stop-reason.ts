import type { FinishReason } from "#relay/canonical/events.ts";

const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"], ["stop_sequence", "stop"], ["max_tokens", "length"], ["tool_use", "tool-calls"], ["refusal", "refusal"],
  ["pause_turn", "pause"], ["compaction", "pause"], ["model_context_window_exceeded", "context-full"],
] as const);

/** Reasons that are new to us end an answer like any other. */
export const finishOf = (reason: string | undefined): FinishReason => FINISH.get(reason ?? "") ?? "stop";

const REASON: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn", length: "max_tokens", "tool-calls": "tool_use", "content-filter": "refusal", refusal: "refusal",
  pause: "pause_turn", "context-full": "model_context_window_exceeded", error: "end_turn",
};

/** @param sequence the stop sequence that was hit, where the vendor names it */
export const stopReasonOf = (finish: FinishReason, sequence: string | undefined): string =>
  finish === "stop" && sequence !== undefined ? "stop_sequence" : REASON[finish];

const METERED: Readonly<Record<FinishReason, string>> = {
  stop: "stop", length: "length", "tool-calls": "tool_calls", "content-filter": "content_filter", refusal: "content_filter",
  pause: "stop", "context-full": "length", error: "error",
};

/** The reason in the words that the meter and the receipts know. */
export const meteredFinish = (reason: string): string => METERED[finishOf(reason)];

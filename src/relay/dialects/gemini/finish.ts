import type { FinishReason } from "#relay/canonical/events.ts";

const FILTERED: ReadonlySet<string> = new Set([
  "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
  "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER",
]);
/** The model wanted a call but made none that can be read. */
const BAD_CALL: ReadonlySet<string> = new Set(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE"]);
/** Dumps of the protobuf form carry numbers. */
const BY_NUMBER: readonly string[] = ["FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER"];

/** The vendor's own word, also where it stands as a number; undefined = the candidate goes on. */
export function nativeFinish(value: unknown): string | undefined {
  if (typeof value === "number") return value === 0 ? undefined : (BY_NUMBER[value] ?? `FINISH_REASON_${value}`);
  return typeof value === "string" && value !== "" && value !== BY_NUMBER[0] ? value : undefined;
}

/** `calls`: the candidate holds calls; they are then what it ended with, as a STOP stands after them too. */
export function finishOf(native: string, calls: boolean): FinishReason {
  if (native === "MAX_TOKENS") return "length";
  if (FILTERED.has(native)) return "content-filter";
  if (calls) return "tool-calls";
  return BAD_CALL.has(native) ? "error" : "stop";
}

const NATIVE: Readonly<Record<FinishReason, string>> = {
  stop: "STOP", length: "MAX_TOKENS", "tool-calls": "STOP", "content-filter": "SAFETY", refusal: "SAFETY",
  pause: "STOP", "context-full": "MAX_TOKENS", error: "OTHER",
};

export const encodeFinish = (finish: FinishReason): string => NATIVE[finish];

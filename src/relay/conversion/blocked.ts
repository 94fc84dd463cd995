import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest } from "#relay/canonical/request.ts";

/**
 * A prompt that the vendor refused is an answer of a kind in most formats; OpenAI's know only an error for it.
 */
export function blockedAsError(events: readonly CanonicalEvent[], { origin }: ChatRequest): readonly CanonicalEvent[] {
  if (!origin.startsWith("openai")) return events;
  return events.map((event) => (event.type !== "end" || !event.blocked ? event : {
    type: "error", error: { status: 400, code: "content_policy_violation", message: "The prompt was refused by a content policy." },
    blocked: true, ...(event.usage && { usage: event.usage }),
  }));
}

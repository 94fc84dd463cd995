import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { plainTalk, type PlainOptions } from "#relay/dialects/plain-kit/plain-talk.ts";

const NAMES = { user: "User", assistant: "Assistant" } as const;

/**
 * The request as one question, for apps that keep conversations themselves and are asked anew each time. What was said
 * before is put in front of it where the channel is set so, and left out with a warning where it is not.
 */
export function lastOrAll(request: ChatRequest, target: Target, carried: ReadonlySet<keyof Sampling>, take?: PlainOptions["take"]): string {
  const { system, turns } = plainTalk(request, target, { carried, ...(take && { take }) });
  const last = turns.at(-1)!;
  if (turns.length === 1 && system === "") return last.text;
  if (target.flags.transcript !== true) {
    target.warn("history_dropped");
    return last.text;
  }
  return [...(system === "" ? [] : [`System: ${system}`]), ...turns.map(({ role, text }) => `${NAMES[role]}: ${text}`)].join("\n\n");
}

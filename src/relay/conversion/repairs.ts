import type { ChatRequest, Message } from "#relay/canonical/request.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";

/** What may be left out of a request that a vendor has refused, or put into it, for the sake of an answer. */
export type Repair = "proofs" | "reasoning" | "results";

const PROOFS = /signature|thinking block|encrypted_content|reasoning item/i;
const REASONING = /reasoning_effort|reasoning\.effort|enable_thinking|thinking_?budget|thinking_?config|thinking_?level|support[^.]{0,40}(?:thinking|reasoning)|(?:thinking|reasoning)[^.]{0,60}(?:not support|unsupported|not available)/i;
const RESULTS = /tool_calls'? must be followed by tool messages|no tool output found|tool_use`? ids were found without|number of function (?:response parts|calls and responses)|insufficient tool messages/i;

/** What a refusal is about, if it is something that can be mended. */
export function repairFor({ status, message = "", param = "" }: UpstreamFault): Repair | undefined {
  if (status !== 400 && status !== 422) return undefined;
  const text = `${param} ${message}`;
  return RESULTS.test(text) ? "results" : PROOFS.test(text) ? "proofs" : REASONING.test(text) ? "reasoning" : undefined;
}

/** The request without what could not be said. Earlier thoughts never become visible text. */
export function repaired(request: ChatRequest, repairs: ReadonlySet<Repair>): ChatRequest {
  if (repairs.size === 0) return request;
  const { reasoning, ...rest } = request;
  const told = repairs.has("proofs") ? { ...rest, messages: request.messages.flatMap(withoutReasoning) } : rest;
  return reasoning && !repairs.has("reasoning") ? { ...told, reasoning } : told;
}

/** Does the history hold anything that proofs can be about? */
export const hasReasoning = ({ messages }: ChatRequest): boolean =>
  messages.some((message) => message.role === "assistant" && message.parts.some((part) => part.type === "reasoning" || ("proof" in part && part.proof !== undefined)));

function withoutReasoning(message: Message): readonly Message[] {
  if (message.role !== "assistant") return [message];
  const parts = message.parts.filter(({ type }) => type !== "reasoning").map((part) => {
    if (!("proof" in part) || part.proof === undefined) return part;
    const { proof: _proof, ...plain } = part;
    return plain as typeof part;
  });
  return parts.length === 0 ? [] : [{ ...message, parts }];
}

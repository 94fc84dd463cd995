import type { ChatRequest, Message, ToolCallPart, ToolResultPart } from "#relay/canonical/request.ts";

/** What the model reads where nobody knows what came of its call. */
const UNKNOWN = "No result: the call was interrupted, or its result was lost.";

/**
 * The conversation with a result after each call of a tool, an error where the client gives none: vendors refuse a
 * history with calls that nobody answered. The same object where there are none.
 */
export function withAnsweredCalls(request: ChatRequest): ChatRequest {
  const messages: Message[] = [];
  const open = new Map<string, ToolCallPart>();
  /** Behind the last message of the step: text of the system's may stand between a call and its result. */
  let place = 0, mended = false;
  const answer = (): void => {
    if (open.size === 0) return;
    const parts = [...open.values()].map(unanswered);
    const last = messages[place - 1]!;
    // Vendors want the results of one step together.
    if (last.role === "tool") messages[place - 1] = { ...last, parts: [...last.parts, ...parts] };
    else messages.splice(place, 0, { role: "tool", parts });
    open.clear();
    mended = true;
  };
  for (const message of request.messages) {
    if (message.role === "user" || (message.role === "assistant" && messages[place - 1]?.role === "tool")) answer();
    messages.push(message);
    if (message.role === "tool") for (const { callId } of message.parts) open.delete(callId);
    if (message.role === "assistant") for (const part of message.parts) if (part.type === "tool-call") open.set(part.id, part);
    if (message.role !== "system") place = messages.length;
  }
  answer();
  return mended ? { ...request, messages } : request;
}

const unanswered = ({ id, name }: ToolCallPart): ToolResultPart => ({ type: "tool-result", callId: id, name, parts: [{ type: "text", text: UNKNOWN }], isError: true });

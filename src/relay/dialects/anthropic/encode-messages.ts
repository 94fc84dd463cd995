import type { ChatRequest, Message } from "#relay/canonical/request.ts";
import { unsupported, type EncodeContext } from "#relay/dialects/anthropic/encode-context.ts";
import { writeAssistantPart, writeText, writeToolResult, writeUserPart } from "#relay/dialects/anthropic/encode-parts.ts";
import { textOf, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { RelayError } from "#relay/errors.ts";

export type Turn = { role: "user" | "assistant" | "system"; content: Wire[] };

const MID_SYSTEM_BETA = "mid-conversation-system-2026-04-07";

/**
 * The conversation in this protocol's turns: neighbours of one role are one turn, of separate blocks, with the results
 * of tools first; every call has its result in the next turn; a user begins.
 * @throws RelayError invalid_value, unsupported_parameter
 */
export function writeMessages({ messages }: ChatRequest, context: EncodeContext): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn = writeTurn(message, context);
    if (turn.content.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  if (turns.length === 0) throw new RelayError("invalid_value", "The messages hold nothing.", { param: "messages" });
  for (const turn of turns) if (turn.role === "user") turn.content.sort((a, b) => Number(isResult(b)) - Number(isResult(a)));
  checkCalls(turns);
  begin(turns, context);
  finish(turns, context);
  return turns;
}

const isResult = ({ type }: Wire): boolean => type === "tool_result";

function writeTurn(message: Message, context: EncodeContext): Turn {
  switch (message.role) {
    case "tool":
      return { role: "user", content: message.parts.map((part) => writeToolResult(part, context)) };
    case "assistant":
      return { role: "assistant", content: message.parts.map((part) => writeAssistantPart(part, context)).filter((block) => block !== undefined) };
    case "system": {
      const parts = message.parts.filter(({ text }) => text.trim() !== "");
      if (context.rules.midSystem) {
        if (parts.length > 0) context.betas.add(MID_SYSTEM_BETA);
        return { role: "system", content: parts.map(writeText) };
      }
      if (parts.length > 0) context.lose("system_moved", "messages");
      return { role: "user", content: parts.map((part) => writeText({ ...part, text: `<system>${part.text}</system>` })) };
    }
    default: {
      if (message.name !== undefined) context.lose("name_dropped", "messages");
      const parts = message.parts.filter((part) => part.type !== "text" || part.text.trim() !== "");
      return { role: "user", content: parts.map((part) => writeUserPart(part, context)) };
    }
  }
}

/** The vendor would refuse these in its own words, which no client of another format understands. */
function checkCalls(turns: readonly Turn[]): void {
  let open = new Set<string>();
  for (const { role, content } of turns) {
    if (role === "system") continue;
    if (role === "user") {
      for (const block of content.filter(isResult)) {
        const id = textOf(block.tool_use_id)!;
        if (!open.delete(id)) throw broken(`The result of the tool call '${id}' has no call in the message before it.`);
      }
    }
    if (open.size > 0) throw broken(`The tool call '${[...open][0]!}' has no result in the message after it.`);
    if (role === "assistant") open = new Set(content.filter(({ type }) => type === "tool_use").map(({ id }) => textOf(id)!));
  }
  if (open.size > 0) throw broken(`The tool call '${[...open][0]!}' has no result.`);
}

const broken = (message: string): RelayError => new RelayError("invalid_value", message, { param: "messages" });

function begin(turns: Turn[], context: EncodeContext): void {
  if (turns[0]!.role === "user") return;
  context.lose("leading_user_inserted", "messages");
  turns.unshift({ role: "user", content: [{ type: "text", text: "(start)" }] });
}

/** An assistant's message at the end is continued by older models; the newer refuse it, and all of them space at its end. */
function finish(turns: Turn[], context: EncodeContext): void {
  const last = turns.findLast(({ role }) => role !== "system");
  if (last?.role !== "assistant") return;
  if (!context.rules.prefill) {
    if (context.target.strict) throw unsupported("messages", "The model does not continue a message of the assistant's.");
    context.target.warn("prefill_continued");
    turns.push({ role: "user", content: [{ type: "text", text: "Continue." }] });
    return;
  }
  const text = last.content.at(-1)!;
  if (text.type !== "text") return;
  const trimmed = textOf(text.text)!.trimEnd();
  if (trimmed !== "") last.content.splice(-1, 1, { ...text, text: trimmed });
  else if (last.content.length > 1) last.content.pop();
  else turns.splice(turns.indexOf(last), 1);
}

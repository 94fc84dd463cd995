import type { ChatRequest, Json, Message, Tool } from "#relay/canonical/request.ts";

/** What a free-text tool looks like to a vendor that knows functions only. */
const SCHEMA: Json = { type: "object", properties: { input: { type: "string" } }, required: ["input"], additionalProperties: false };

/** The names of a request's free-text tools. */
export const customNames = ({ tools }: ChatRequest): ReadonlySet<string> => new Set(tools.flatMap((tool) => (tool.type === "custom" ? [tool.name] : [])));

/** Free-text tools as functions of one text, in the tools and in the history: for vendors that know no others. */
export function withoutCustom(request: ChatRequest): ChatRequest {
  const isFree = request.tools.every(({ type }) => type !== "custom") && !request.messages.some(hasCustom);
  return isFree ? request : { ...request, tools: request.tools.map(asFunction), messages: request.messages.map(callsWrapped) };
}

const hasCustom = (message: Message): boolean => message.role === "assistant" && message.parts.some((part) => part.type === "tool-call" && part.custom === true);

function asFunction(tool: Tool): Tool {
  if (tool.type !== "custom") return tool;
  // The grammar cannot be held to any more, but the model can be told of it.
  const grammar = tool.grammar === undefined ? "" : `\n\nThe input has this format: ${JSON.stringify(tool.grammar)}`;
  const description = `${tool.description ?? ""}${grammar}`.trim();
  return { type: "function", name: tool.name, schema: SCHEMA, ...(description !== "" && { description }) };
}

function callsWrapped(message: Message): Message {
  if (message.role !== "assistant" || !hasCustom(message)) return message;
  return {
    ...message,
    parts: message.parts.map((part) => {
      if (part.type !== "tool-call" || !part.custom) return part;
      const { custom: _custom, ...call } = part;
      return { ...call, arguments: JSON.stringify({ input: part.arguments }) };
    }),
  };
}

/** The text that a wrapped call holds; what is not wrapped is taken as it stands. */
export function unwrapInput(written: string): string {
  try {
    const value: unknown = JSON.parse(written);
    const input = (value as { input?: unknown } | null)?.input;
    return typeof input === "string" ? input : written;
  } catch {
    return written;
  }
}

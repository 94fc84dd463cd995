import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, DocumentPart, MediaPart, Message, OutputFormat, Sampling, TextPart } from "#relay/canonical/request.ts";
import { callable, tellLosses } from "#relay/dialects/stream-kit/losses.ts";
import { RelayError } from "#relay/errors.ts";

export type PlainTurn = Readonly<{ role: "user" | "assistant"; text: string }>;

/** A conversation of nothing but text: instructions, then turns of both sides, a user's first and last. */
export type PlainTalk = Readonly<{ system: string; turns: readonly PlainTurn[] }>;

export type PlainOptions = Readonly<{
  /** Sampling that the protocol has a place for. */
  carried: ReadonlySet<keyof Sampling>;
  /** Takes a file of the last user's message; a protocol without this takes none. */
  take?: (part: MediaPart | DocumentPart) => void;
}>;

const refuse = (what: string, param = "messages"): RelayError => new RelayError("unsupported_parameter", `The model does not take ${what}.`, { param });

/**
 * The request for protocols that know text alone. Neighbours of one side become one turn: most of these vendors want
 * the sides to alternate.
 * @throws RelayError unsupported_parameter for tools and files, invalid_value where there is nothing to answer
 */
export function plainTalk(request: ChatRequest, target: Target, { carried, take }: PlainOptions): PlainTalk {
  tellLosses(request, carried, target);
  const { system, messages, output, reasoning, toolChoice } = request;
  if (toolChoice?.mode !== "none" && callable(request, target).length > 0) throw refuse("tools", "tools");
  if (reasoning && reasoning.effort !== "none" && reasoning.budget !== 0) target.warn("reasoning_dropped");
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const turns: { role: PlainTurn["role"]; text: string }[] = [];
  messages.forEach((message, at) => {
    const text = textOfMessage(message, target, at === lastUser ? take : undefined);
    if (text === "") return;
    const role = message.role === "assistant" ? "assistant" : "user", last = turns.at(-1);
    if (last?.role === role) last.text += `\n\n${text}`;
    else turns.push({ role, text });
  });
  if (turns.length === 0) throw new RelayError("invalid_value", "There is no message to answer.", { param: "messages" });
  if (turns[0]!.role === "assistant") {
    target.warn("leading_user_inserted");
    turns.unshift({ role: "user", text: "(start)" });
  }
  if (turns.at(-1)!.role === "assistant") {
    target.warn("prefill_continued");
    turns.push({ role: "user", text: "Continue." });
  }
  return { system: [...system.map(({ text }) => text), outputNote(output, target)].filter((text) => text !== "").join("\n\n"), turns };
}

/** The talk with its instructions in front of the first question, for protocols that have no other place for them. */
export function withSystemFolded({ system, turns }: PlainTalk): readonly PlainTurn[] {
  const [first, ...rest] = turns;
  return system === "" ? turns : [{ role: "user", text: `${system}\n\n${first!.text}` }, ...rest];
}

function textOfMessage(message: Message, { warn }: Target, take: PlainOptions["take"]): string {
  switch (message.role) {
    case "system":
      warn("system_moved");
      return message.parts.map(({ text }) => `<system>${text}</system>`).join("\n");
    case "user":
      return message.parts.map((part) => textOfPart(part, take)).filter((text) => text !== "").join("\n");
    case "tool":
      throw refuse("results of tools");
    case "assistant":
      return message.parts.map((part) => {
        if (part.type === "text" || part.type === "refusal") return part.text;
        if (part.type === "tool-call") throw refuse("calls of tools");
        if (part.type !== "reasoning") warn(part.type === "server-tool" ? "server_tool_dropped" : "assistant_media_dropped");
        return "";
      }).join("");
  }
}

function textOfPart(part: TextPart | MediaPart | DocumentPart, take: PlainOptions["take"]): string {
  if (part.type === "text") return part.text;
  if (part.type === "document") {
    const text = textOfDocument(part);
    if (text !== undefined) return text;
  }
  if (!take) throw refuse(part.type === "image" ? "pictures" : part.type === "document" ? "files that are not text" : part.type);
  take(part);
  return "";
}

function textOfDocument({ source, mime, filename }: DocumentPart): string | undefined {
  const text = source.kind === "text" ? source.text : source.kind === "base64" && mime?.startsWith("text/") ? Buffer.from(source.data, "base64").toString("utf8") : undefined;
  return text === undefined || filename === undefined ? text : `${filename}:\n${text}`;
}

const SCHEMA_NOTE = "Answer with nothing but a JSON object";

/** These protocols have no formats of output: the model is asked in words. */
function outputNote(output: OutputFormat, { warn }: Target): string {
  if (output.format === "text") return "";
  warn("schema_soft");
  return output.format === "json-schema" ? `${SCHEMA_NOTE} that keeps to this JSON Schema:\n${JSON.stringify(output.schema)}` : `${SCHEMA_NOTE}.`;
}

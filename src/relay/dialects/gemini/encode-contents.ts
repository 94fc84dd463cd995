import type { AssistantPart, ChatRequest, Message, ToolResultPart } from "#relay/canonical/request.ts";
import type { Target } from "#relay/canonical/codec.ts";
import { callPart, mediaPart, resultParts, signatureOf } from "#relay/dialects/gemini/encode-parts.ts";
import type { FunctionNames } from "#relay/dialects/gemini/names.ts";
import { isThirdGeneration } from "#relay/dialects/gemini/thinking.ts";
import { isWire, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** The vendor's own word for history that it has not signed: such a call is let pass. */
const UNSIGNED = "skip_thought_signature_validator";
/** The sum of what a request may carry inline. */
const INLINE_BYTES_MAX = 20 * 1024 * 1024;

type Content = { readonly role: "user" | "model"; parts: Wire[] };

/**
 * The conversation as contents: neighbours of one role joined, the results of a step in the order of its calls.
 * @throws RelayError invalid_value for a result without its call, request_too_large
 */
export function encodeContents(request: ChatRequest, target: Target, names: FunctionNames): readonly Wire[] {
  const contents: Content[] = [];
  const calls = callsOf(request.messages);
  const add = (role: Content["role"], parts: readonly Wire[]): void => {
    if (parts.length === 0) return;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts: [...parts] });
  };
  for (const group of stepsOf(request.messages)) {
    if (group.role === "assistant") add("model", assistantParts(group.parts, target, names));
    else if (group.role === "tool") add("user", stepResults(group.parts, calls, target, names));
    else if (group.role === "system") {
      target.warn("system_moved");
      add("user", group.parts.filter(({ text }) => text !== "").map(({ text }) => ({ text: `<system>${text}</system>` })));
    } else add("user", group.parts.flatMap((part) => (part.type !== "text" ? [mediaPart(part)] : part.text === "" ? [] : [{ text: part.text }])));
  }
  if (contents.length === 0) throw new RelayError("invalid_value", "There is no message with content.", { param: "messages" });
  checkInline(contents);
  return contents;
}

/** Tool messages in a row are one step's. */
function stepsOf(messages: readonly Message[]): readonly Message[] {
  const steps: Message[] = [];
  for (const message of messages) {
    const last = steps.at(-1);
    if (message.role === "tool" && last?.role === "tool") steps[steps.length - 1] = { role: "tool", parts: [...last.parts, ...message.parts] };
    else steps.push(message);
  }
  return steps;
}

type Calls = ReadonlyMap<string, Readonly<{ name: string; order: number }>>;

function callsOf(messages: readonly Message[]): Calls {
  const calls = new Map<string, { name: string; order: number }>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const part of message.parts) if (part.type === "tool-call") calls.set(part.id, { name: part.name, order: calls.size });
  }
  return calls;
}

function stepResults(parts: readonly ToolResultPart[], calls: Calls, target: Target, names: FunctionNames): readonly Wire[] {
  const mediaInside = isThirdGeneration(target.upstreamModel);
  const orderOf = ({ callId }: ToolResultPart): number => calls.get(callId)?.order ?? Number.MAX_SAFE_INTEGER;
  const results = parts.toSorted((a, b) => orderOf(a) - orderOf(b)).map((part) => {
    const name = part.name ?? calls.get(part.callId)?.name;
    if (name === undefined) throw new RelayError("invalid_value", `The result of '${part.callId}' has no tool call before it.`, { param: "messages" });
    return resultParts(part, names.of(name), mediaInside, target.warn);
  });
  // What the step's calls are answered with stands together; media that cannot be within follows.
  return [...results.map(({ answer }) => answer), ...results.flatMap(({ behind }) => behind)];
}

function assistantParts(parts: readonly AssistantPart[], target: Target, names: FunctionNames): readonly Wire[] {
  const out: Wire[] = [];
  let unsigned = isThirdGeneration(target.upstreamModel);
  for (const part of parts) {
    switch (part.type) {
      case "text":
        if (part.text !== "" || part.proof?.family === "gemini") out.push({ text: part.text, ...signatureOf(part) });
        break;
      case "refusal":
        if (part.text !== "") out.push({ text: part.text });
        break;
      case "reasoning":
        // Thoughts of others are no answer, and unsigned ones of its own the vendor does not want back.
        if (part.proof?.family === "gemini") out.push({ text: part.text, thought: true, ...signatureOf(part) });
        else if (part.proof !== undefined || part.redacted !== undefined) target.warn("reasoning_dropped");
        break;
      case "tool-call": {
        const signature = signatureOf(part);
        // The first call of a step is the one that is checked.
        const stand = unsigned && signature.thoughtSignature === undefined ? { thoughtSignature: UNSIGNED } : signature;
        unsigned = false;
        out.push({ ...callPart(part, names, target.warn), ...stand });
        break;
      }
      case "server-tool":
        if (isWire(part.raw) && OWN_SERVER_PARTS.some((name) => name in (part.raw as Wire))) out.push(part.raw);
        else target.warn("server_tool_dropped");
        break;
      default:
        out.push(mediaPart(part));
    }
  }
  return out;
}

const OWN_SERVER_PARTS = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"] as const;

function checkInline(contents: readonly Content[]): void {
  let bytes = 0;
  for (const { parts } of contents) {
    for (const { inlineData } of parts) if (isWire(inlineData) && typeof inlineData.data === "string") bytes += Math.floor(inlineData.data.length * 0.75);
  }
  if (bytes > INLINE_BYTES_MAX) throw new RelayError("request_too_large", "Images and files within the request may hold 20 MB together.");
}

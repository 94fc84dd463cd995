import type { PassOptions } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

type Wire = Record<string, unknown>;
type Choice = { index: number; finish_reason: unknown; logprobs?: unknown; text?: string; message?: Wire };

/**
 * Puts the events of a stream together to one body, for vendors that stream although nobody asked them to.
 *
 * @throws RelayError bad_upstream_response when an event isn't JSON or there is none
 */
export function aggregateStream(stream: Buffer, operation: PassOptions["operation"]): Buffer {
  const head: Wire = {};
  const choices = new Map<number, Choice>();
  for (const event of eventsOf(stream)) {
    for (const [key, value] of Object.entries(event)) {
      if (key !== "choices" && value !== null && value !== undefined) head[key] = value;
    }
    for (const choice of (event.choices as readonly Wire[] | undefined) ?? []) addChoice(choices, choice, operation);
  }
  if (head.error !== undefined) return Buffer.from(JSON.stringify({ error: head.error }));
  const object = operation === "completions" ? "text_completion" : "chat.completion";
  return Buffer.from(JSON.stringify({ ...head, object, choices: [...choices.values()].sort((a, b) => a.index - b.index) }));
}

function* eventsOf(stream: Buffer): Generator<Wire> {
  const splitter = new SseSplitter();
  for (const ready of [() => splitter.push(stream), () => splitter.flush()]) {
    if (!ready()) continue;
    let start = 0;
    for (const end of splitter.ends) {
      const data = eventData(splitter.buffer, start, end);
      start = end;
      if (data === undefined || data.length === 0 || data.toString("latin1", 0, 6) === "[DONE]") continue;
      yield parseEvent(data);
    }
  }
}

function parseEvent(data: Buffer): Wire {
  try {
    return JSON.parse(data.toString("utf8")) as Wire;
  } catch (cause) {
    throw new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.", { cause });
  }
}

function addChoice(choices: Map<number, Choice>, part: Wire, operation: PassOptions["operation"]): void {
  const index = typeof part.index === "number" ? part.index : 0;
  const choice = choices.get(index) ?? { index, finish_reason: null };
  choices.set(index, choice);
  if (typeof part.finish_reason === "string" && part.finish_reason !== "") choice.finish_reason = part.finish_reason;
  if (operation === "completions") {
    choice.text = (choice.text ?? "") + (typeof part.text === "string" ? part.text : "");
    return;
  }
  const message = (choice.message ??= { role: "assistant", content: null });
  for (const [key, value] of Object.entries((part.delta ?? part.message ?? {}) as Wire)) {
    if (key === "tool_calls") addToolCalls(message, value as readonly Wire[] | null);
    else if (typeof value === "string" && key !== "role") message[key] = ((message[key] as string | null | undefined) ?? "") + value;
    else if (value !== null && value !== undefined) message[key] = value;
  }
}

/** A call goes on under the same index; a new id under an index in use opens another call. */
function addToolCalls(message: Wire, parts: readonly Wire[] | null): void {
  const calls = (message.tool_calls ??= []) as Wire[];
  for (const { index, function: called, ...rest } of parts ?? []) {
    const isOpen = (call: Wire): boolean => call.index === index && (rest.id === undefined || rest.id === call.id);
    let call = calls.findLast(isOpen);
    if (!call) calls.push((call = { index, type: "function", ...rest, function: { name: "", arguments: "" } }));
    const target = call.function as Record<string, string>;
    for (const [key, value] of Object.entries((called ?? {}) as Wire)) {
      target[key] = (target[key] ?? "") + (typeof value === "string" ? value : JSON.stringify(value ?? ""));
    }
  }
}

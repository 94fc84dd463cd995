import type { PassOptions } from "#relay/dialects/dialect.ts";
import { findError, tells } from "#relay/dialects/openai-kit/facts.ts";
import { CallPieces } from "#relay/dialects/openai-kit/call-pieces.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

type Wire = Record<string, unknown>;
type Choice = { index: number; finish_reason: unknown; logprobs?: unknown; usage?: unknown; text?: string; message?: Wire };

/**
 * Puts the events of a stream together to one body, for vendors that stream although nobody asked them to.
 *
 * @throws RelayError bad_upstream_response when an event isn't JSON or there is none
 */
export function aggregateStream(stream: Buffer, operation: PassOptions["operation"]): Buffer {
  const head: Wire = {};
  const choices = new Map<number, Choice>();
  const calls = new Map<number, CallPieces>();
  for (const event of eventsOf(stream)) {
    const error = findError(event);
    if (error) return Buffer.from(JSON.stringify(event));
    for (const [key, value] of Object.entries(event)) if (key !== "choices" && (key === "usage" ? isTold(value) && tells(value as Wire, true) : isTold(value))) head[key] = value;
    for (const choice of objectsOf<Wire>(Array.isArray(event.choices) ? event.choices : [])) addChoice(choices, calls, choice, operation);
  }
  for (const [index, pieces] of calls) choices.get(index)!.message!.tool_calls = pieces.whole();
  const object = operation === "completions" ? "text_completion" : "chat.completion";
  return Buffer.from(JSON.stringify({ ...head, object, choices: [...choices.values()].sort((a, b) => a.index - b.index) }));
}

/** An object without members takes nothing's place. */
const isTold = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== "object" || Object.values(value).some((one) => one !== null));

function* eventsOf(stream: Buffer): Generator<Wire> {
  const splitter = new SseSplitter();
  for (const ready of [() => splitter.push(stream), () => splitter.flush()]) {
    if (!ready()) continue;
    let start = 0;
    for (const end of splitter.ends) {
      const data = eventData(splitter.buffer, start, end);
      start = end;
      if (data === undefined || data.length === 0) continue;
      const values = eventValues(data);
      if (values === undefined) throw new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.");
      yield* objectsOf<Wire>(values);
    }
  }
}

function addChoice(choices: Map<number, Choice>, calls: Map<number, CallPieces>, part: Wire, operation: PassOptions["operation"]): void {
  const index = typeof part.index === "number" ? part.index : 0;
  const choice = choices.get(index) ?? { index, finish_reason: null };
  choices.set(index, choice);
  if (typeof part.finish_reason === "string" && part.finish_reason !== "") choice.finish_reason = part.finish_reason;
  if (isTold(part.logprobs)) choice.logprobs = joined(choice.logprobs, part.logprobs);
  if (isTold(part.usage)) choice.usage = part.usage;
  if (operation === "completions") {
    choice.text = (choice.text ?? "") + (typeof part.text === "string" ? part.text : "");
    return;
  }
  const isFirst = choice.message === undefined;
  const message = (choice.message ??= { role: "assistant", content: null });
  // A message behind deltas says once more what they have said.
  const said = part.delta ?? (isFirst ? part.message : undefined);
  for (const [key, value] of typeof said === "object" && said !== null ? Object.entries(said as Wire) : []) {
    if (key === "tool_calls") {
      if (!Array.isArray(value) || value.length === 0) continue;
      if (!calls.has(index)) calls.set(index, new CallPieces());
      for (const piece of objectsOf<Wire>(value)) calls.get(index)!.add(piece);
    } else if (key === "role") message.role = typeof value === "string" && value !== "" ? value : message.role;
    else if (value !== null && value !== undefined) message[key] = joined(message[key], value);
  }
}

/** Content that is text here and a list of parts there, as thinking models have it. */
const partsOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : typeof value === "string" && value !== "" ? [{ type: "text", text: value }] : [];

/** What a member holds goes on where it was left: text, lists, and the members of objects. */
function joined(before: unknown, next: unknown): unknown {
  if (typeof before === "string" && typeof next === "string") return before + next;
  if (Array.isArray(before) || Array.isArray(next)) return [...partsOf(before), ...partsOf(next)];
  if (typeof before !== "object" || before === null || typeof next !== "object" || next === null) return next;
  const whole: Wire = { ...before };
  for (const [key, value] of Object.entries(next)) if (value !== null) whole[key] = key === "id" ? value : joined(whole[key], value);
  return whole;
}

import { expect, test } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { ChatStreamDecoder } from "#relay/dialects/openai-chat/stream-decoder.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { seededRandom } from "../../../../support/random.ts";

const TEXTS = ["", "a", " the", "日本語", "say \"x\"", "\\", "\\\"", "line\nbreak", "\u2028", "👍🏽", "\"content\"", "\"content\":\"no\"", "}", "\u0001", "data: {}"];

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const delta = (random: Random): object => {
  const text = pick(random, TEXTS);
  switch (Math.floor(random() * 14)) {
    case 0: return { reasoning_content: text };
    case 1: return { reasoning: text, reasoning_content: text };
    case 2: return { content: null, reasoning_content: pick(random, TEXTS) };
    case 3: return { content: [{ type: "text", text }] };
    case 4: return { content: text, tool_calls: [] };
    case 5: return { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "content", arguments: text } }] };
    case 6: return { refusal: text };
    case 7: return { role: "assistant", content: text };
    default: return { content: text };
  }
};

/** Chunks of a stream that says everything at once now and then; most are a piece of text like the one before. */
function chunks(random: Random): object[] {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m" };
  return Array.from({ length: 40 }, () => {
    const choice = { index: random() < 0.05 ? 1 : 0, delta: delta(random), logprobs: null, finish_reason: random() < 0.04 ? "stop" : null };
    if (random() < 0.03) return { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } };
    if (random() < 0.01) return { error: { message: "broken", type: "server_error" } };
    return { ...head, choices: random() < 0.05 ? [choice, { ...choice, index: 2 }] : [choice], ...(random() < 0.1 && { usage: null }), ...(random() < 0.05 && { citations: ["https://example.com/"] }) };
  });
}

/** As vendors write JSON: close, with blanks, or in ASCII alone. */
const WRITERS: readonly ((value: object) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, undefined, 1).replace(/\n\s*/g, " "),
  (value) => JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
];

function decoded(bytes: Buffer, random: Random | undefined): CanonicalEvent[] {
  const decoder = new ChatStreamDecoder({ flags: DEFAULT_FLAGS });
  const events: CanonicalEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = random ? at + 1 + Math.floor(random() * 400) : bytes.length;
    events.push(...decoder.push(bytes.subarray(at, next)));
    at = next;
  }
  return [...events, ...decoder.end()];
}

test("a stream says the same whether its events are alike around their text or not", () => {
  const random = seededRandom(20_261_122);
  for (let round = 0; round < 400; round++) {
    const all = chunks(random), write = pick(random, WRITERS), comment = random() < 0.3 ? ": still here\n\n" : "";
    const stream = (unlike: boolean): Buffer => Buffer.from(all.map((chunk, n) =>
      `${n % 9 === 4 ? comment : ""}data: ${write(unlike ? { [`n${n}`]: n, ...chunk } : chunk)}\n\n`).join("") + "data: [DONE]\n\n");
    const expected = decoded(stream(true), undefined);
    expect(decoded(stream(false), undefined)).toEqual(expected);
    expect(decoded(stream(false), random)).toEqual(expected);
  }
});

const event = (text: string): string => `data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`;

test("what only looks like the event before is read as ever", () => {
  const said = (...texts: string[]): string[] => decoded(Buffer.from(event("first") + event("second") + texts.map(event).join("")), undefined)
    .flatMap((one) => (one.type === "text-delta" ? [one.text] : []));
  expect(said("third")).toEqual(["first", "second", "third"]);
  expect(said("quo\\\"te", "back\\\\")).toEqual(["first", "second", "quo\"te", "back\\"]);
  // The text of another member behind an early quote, and an escape that takes the closing quote with it.
  expect(said("x\",\"refusal\":\"no")).toEqual(["first", "second", "x"]);
  for (const broken of ["a\\", "tab\t", "\\x"]) expect(() => said(broken)).toThrow("not JSON");
});

import { expect, test } from "vitest";
import { streamStyle } from "#relay/upstream/stream-styles.ts";
import { createStreamWriter } from "#relay/upstream/stream-writer.ts";
import type { Reply } from "#relay/http/exchange.ts";
import { createTimerWheel } from "#relay/upstream/timers.ts";

/** A client that takes everything. */
function taker(): Readonly<{ reply: Reply; said: string[] }> {
  const said: string[] = [];
  const put = (chunk?: Uint8Array | string): true => {
    if (chunk !== undefined) said.push(Buffer.from(chunk as string).toString());
    return true;
  };
  const reply: Reply = {
    pristine: true, gone: false, head: () => void said.push("head"), write: put, end: (chunk) => void put(chunk), destroy: () => undefined, onDrain: () => undefined, onGone: () => undefined,
  };
  return { reply, said };
}

const wheel = createTimerWheel(() => 0);
const write = (alt: string | null, chunks: readonly string[], tail: string): string[] => {
  const { reply, said } = taker();
  const writer = createStreamWriter(reply, wheel, () => ({}), streamStyle("gemini", alt));
  for (const chunk of chunks) writer.write([Buffer.from(chunk)]);
  writer.end(tail);
  return said;
};

test("a Gemini stream is one JSON array unless events were asked for", () => {
  const events = 'data: {"a":1}\r\n\r\ndata: {"b":"é"}\r\n\r\n', tail = 'data: {"c":3}\n\n';
  const cut = Buffer.from(events).length - 9; // within the letter of two bytes
  const halves = [events.slice(0, 5), events.slice(5, cut), events.slice(cut)];
  expect(JSON.parse(write(null, halves, tail).slice(1).join(""))).toEqual([{ a: 1 }, { b: "é" }, { c: 3 }]);
  expect(write("sse", [events], tail)).toEqual(["head", events, tail]);
  expect(JSON.parse(write("json", [], "").slice(1).join(""))).toEqual([]);
  expect(JSON.parse(write(null, [events], 'data: {"error":{"code":502}}\n\n').slice(1).join(""))).toEqual([{ a: 1 }, { b: "é" }, { error: { code: 502 } }]);
});

test("signs of life are said in each format's own words", () => {
  expect(streamStyle("openai-chat", null)).toBeUndefined();
  const anthropic = streamStyle("anthropic", null)!;
  expect([anthropic.ping(false), anthropic.ping(true)]).toEqual([": ping\n\n", 'event: ping\ndata: {"type":"ping"}\n\n']);
  expect(JSON.parse(`[${streamStyle("gemini", null)!.ping(true)}]`)).toEqual([]);
});

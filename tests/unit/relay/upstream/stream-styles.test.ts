import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
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

describe("silence and patience", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const quiet = (dialect: ClientFormat, alt: string | null = null) => {
    const { reply, said } = taker();
    const clock = createTimerWheel(() => Date.now());
    const writer = createStreamWriter(reply, clock, () => ({}), streamStyle(dialect, alt));
    return { writer, said, clock };
  };

  test.each<readonly [ClientFormat, string | null, string]>([
    ["openai-chat", null, ": ping\n\n"], ["openai-completions", null, ": ping\n\n"], ["openai-responses", null, ": ping\n\n"],
    ["anthropic", null, 'event: ping\ndata: {"type":"ping"}\n\n'], ["gemini", "sse", ": ping\n\n"], ["gemini", null, " "],
  ])("%s (alt %s) is told of a stream's life after 15 s of silence, again and again", (dialect, alt, ping) => {
    const { writer, said, clock } = quiet(dialect, alt);
    writer.write([Buffer.from('data: {"a":1}\n\n')]);
    const before = said.length;
    vi.advanceTimersByTime(14_500);
    expect(said.slice(before)).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(said.slice(before)).toEqual([ping]);
    vi.advanceTimersByTime(31_500);
    expect(said.slice(before)).toEqual([ping, ping, ping]);
    writer.stop();
    clock.close();
  });

  test("before the first event a stream is left undecided for 25 s, then kept alive by a comment", () => {
    const { said, writer, clock } = quiet("anthropic");
    vi.advanceTimersByTime(24_500);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(said).toEqual(["head", ": ping\n\n"]);
    writer.stop();
    clock.close();
  });

  test("a client that takes nothing for a minute is hung up on; one that goes on taking is not", () => {
    for (const drains of [false, true]) {
      let drained = (): void => undefined, destroyed = false, stuck = 0;
      const { reply } = taker();
      const full: Reply = { ...reply, write: () => false, destroy: () => (destroyed = true), onDrain: (listener) => (drained = listener) };
      const clock = createTimerWheel(() => Date.now());
      const writer = createStreamWriter(full, clock, () => ({}));
      writer.listen({ onDrain: () => undefined, onStuck: () => (stuck += 1) });
      expect(writer.write([Buffer.from("data: x\n\n")])).toBe(false);
      vi.advanceTimersByTime(59_000);
      expect(destroyed).toBe(false);
      if (drains) drained();
      vi.advanceTimersByTime(2_000);
      expect([destroyed, stuck]).toEqual(drains ? [false, 0] : [true, 1]);
      writer.stop();
      clock.close();
    }
  });
});

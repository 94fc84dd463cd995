import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { openaiResponsesUpstream } from "#relay/dialects/openai-responses/codec.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { inputTokensOf } from "#money/usage.ts";
import { readRecording, recordings } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const shared = sharedDir();
const options = { flags: DEFAULT_FLAGS };

function decodeStream(bytes: Buffer, step: number): readonly CanonicalEvent[] {
  const decoder = openaiResponsesUpstream.streamDecoder(options);
  const events: CanonicalEvent[] = [];
  for (let at = 0; at < bytes.length; at += step) events.push(...decoder.push(bytes.subarray(at, at + step)));
  return [...events, ...decoder.end()];
}

const sum = (...counts: readonly (number | undefined)[]): number => counts.reduce<number>((total, count) => total + (count ?? 0), 0);

function summary(events: readonly CanonicalEvent[]) {
  const end = events.find((event) => event.type === "end");
  const texts = new Map<number, string>();
  for (const event of events) if (event.type === "text-delta") texts.set(event.index, (texts.get(event.index) ?? "") + event.text);
  return { end, text: [...texts.values()].join(""), calls: events.filter((event) => event.type === "tool-start").length };
}

describe.skipIf(!shared)("recordings of Responses vendors (needs ../shared)", () => {
  const all = shared ? recordings(shared, ["openai-responses"]).filter(({ status }) => status === 200) : [];

  it.each(all.map((recording) => [recording.dir, recording] as const))("%s", (_, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const events = recording.streaming ? decodeStream(bytes, bytes.length) : openaiResponsesUpstream.decodeReply(bytes, options);
    checkEvents(events);
    const { end, text, calls } = summary(events);
    if (expected?.prompt === null || expected === undefined) return;
    const usage = end?.usage;
    expect(usage && inputTokensOf(usage)).toBe(expected.prompt);
    expect(usage && sum(usage.outputText, usage.reasoning, usage.outputImage, usage.outputAudio)).toBe(expected.completion);
    if (expected.cached !== null) expect(usage?.cacheRead ?? 0).toBe(expected.cached);
    if (expected.reasoning !== null) expect(usage?.reasoning ?? 0).toBe(expected.reasoning);
    expect(calls).toBe(expected.tool_calls ?? 0);
    if (expected.text_chars) expect(createHash("sha256").update(text).digest("hex")).toBe(expected.text_sha256);
  });

  const streams = all.filter(({ streaming }) => streaming);
  it.each(streams.map((recording) => [recording.dir, recording] as const))("cut anywhere, with CRLF: %s", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const whole = decodeStream(bytes, bytes.length);
    expect(decodeStream(bytes, bytes.length < 40_000 ? 1 : 7)).toEqual(whole);
    expect(decodeStream(Buffer.from(bytes.toString().replaceAll("\r\n", "\n").replaceAll("\n", "\r\n")), 7)).toEqual(whole);
  });
});

/** What every decoder promises. */
function checkEvents(events: readonly CanonicalEvent[]): void {
  expect(events[0]?.type).toMatch(/^(start|error)$/);
  expect(events.filter(({ type }) => type === "start").length).toBeLessThan(2);
  expect(events.at(-1)?.type).toMatch(/^(end|error)$/);
  let next = 0;
  const open = new Set<number>();
  for (const event of events) {
    if (!("index" in event)) continue;
    if (event.index === next) {
      next++;
      open.add(event.index);
    }
    expect(event.index).toBeLessThan(next);
    if (event.type === "block-end") expect(open.delete(event.index)).toBe(true);
    if (event.type === "tool-delta") expect(open.has(event.index)).toBe(true);
    if (event.type === "image" || event.type === "server-tool") open.delete(event.index);
  }
  if (events.at(-1)?.type === "end") expect([...open]).toEqual([]);
}

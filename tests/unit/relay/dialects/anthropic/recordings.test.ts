import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { providers } from "#relay/providers/index.ts";
import { recordings, type Recording } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

type Expected = Readonly<{
  prompt: number | null; cached: number | null; cache_write: number | null; completion: number | null; reasoning: number | null;
  finish_reason?: string | null; tool_calls?: number; text_sha256?: string; text_chars?: number;
}>;

const shared = sharedDir();
const { flags } = providers.get("openai")!;
const LARGE_BYTES = 20_000;

/** Recordings of several messages in one file, which no vendor sends so. */
const isOneMessage = (bytes: Buffer): boolean => bytes.toString("utf8").split('"message_stop"').length <= 2;

const cases: readonly Recording[] = shared === undefined ? [] : recordings(shared, ["anthropic-messages"])
  .filter((recording) => recording.status === 200 && !recording.dir.includes("/count-tokens/") && isOneMessage(read(recording).bytes));

function read({ dir, response }: Recording): Readonly<{ bytes: Buffer; expected: Expected }> {
  const folder = join(shared!, "fixtures", dir);
  const meta = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as { expected_usage: Expected };
  return { bytes: readFileSync(join(folder, response)), expected: meta.expected_usage };
}

function decode(bytes: Buffer, streaming: boolean, size = bytes.length): readonly CanonicalEvent[] {
  if (!streaming) return anthropicUpstream.decodeReply(bytes, { flags });
  const decoder = anthropicUpstream.streamDecoder({ flags });
  const events: CanonicalEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...decoder.push(bytes.subarray(at, at + size)));
  return [...events, ...decoder.end()];
}

function check(events: readonly CanonicalEvent[], expected: Expected): void {
  const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  const end = events.at(-1)!;
  expect(end.type).toBe("end");
  if (end.type !== "end") return;
  if (expected.text_sha256 !== undefined) expect(createHash("sha256").update(text).digest("hex")).toBe(expected.text_sha256);
  else expect(text.length).toBe(expected.text_chars ?? 0);
  expect(events.filter(({ type }) => type === "tool-start").length).toBe(expected.tool_calls ?? 0);
  if (expected.finish_reason != null) expect(end.native).toBe(expected.finish_reason);
  const usage = end.usage!;
  const written = (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
  expect((usage.inputUncached ?? 0) + (usage.cacheRead ?? 0) + written).toBe(expected.prompt);
  expect(usage.cacheRead ?? null).toBe(expected.cached);
  expect(written).toBe(expected.cache_write ?? 0);
  expect((usage.outputText ?? 0) + (usage.reasoning ?? 0)).toBe(expected.completion);
  if (expected.reasoning !== null) expect(usage.reasoning).toBe(expected.reasoning);
}

test.skipIf(shared === undefined).each(cases.map((recording) => [recording.dir, recording] as const))("%s is read as it was", (_dir, recording) => {
  const { bytes, expected } = read(recording);
  const whole = decode(bytes, recording.streaming);
  check(whole, expected);
  if (!recording.streaming) return;
  const joined = (events: readonly CanonicalEvent[]): string => JSON.stringify(events);
  expect(joined(decode(bytes, true, 1))).toBe(joined(whole));
  const crlf = Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n"));
  expect(joined(decode(crlf, true, bytes.length > LARGE_BYTES ? 7 : 1))).toBe(joined(whole));
  const commented = Buffer.from(bytes.toString("utf8").replaceAll("\n\n", "\n\n: keep-alive\n\n"));
  expect(joined(decode(commented, true, 7))).toBe(joined(whole));
});

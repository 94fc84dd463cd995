import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { geminiUpstream } from "#relay/dialects/gemini/index.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { inputTokensOf, type Usage } from "#money/usage.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readRecording, recordings, type ExpectedUsage } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const options = { flags: DEFAULT_FLAGS };

function decodeStream(pieces: readonly Buffer[]): readonly CanonicalEvent[] {
  const decoder = geminiUpstream.streamDecoder(options);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

function piecesOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

/** Ids that the decoder makes up differ from run to run. */
const comparable = (events: readonly CanonicalEvent[]): unknown =>
  events.map((event) => (event.type === "tool-start" && /^call_[0-9A-Z]{26}$/.test(event.id) ? { ...event, id: "made" } : event));

const sum = (...values: readonly (number | undefined)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** The figures of a recording, told from events. */
function figures(events: readonly CanonicalEvent[]): Record<string, unknown> {
  const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  const end = events.find((event) => event.type === "end");
  const usage: Usage = events.findLast((event) => event.type === "usage")?.usage ?? {};
  return {
    sha: createHash("sha256").update(text).digest("hex"),
    calls: events.filter(({ type }) => type === "tool-start").length,
    prompt: inputTokensOf(usage),
    cached: sum(usage.cacheRead, usage.cacheReadAudio),
    completion: sum(usage.outputText, usage.reasoning, usage.outputAudio, usage.outputImage),
    reasoning: sum(usage.reasoning),
    finish: end?.native,
  };
}

/** Where arguments come in pieces, each piece was counted as a call: only those with a name are one. */
const callsOf = (bytes: Buffer, expected: ExpectedUsage): number =>
  bytes.includes("partialArgs") ? bytes.toString("utf8").split('"functionCall":{"name"').length - 1 : (expected.tool_calls ?? 0);

const expectedFigures = (bytes: Buffer, expected: ExpectedUsage & Readonly<{ block_reason?: string }>): Record<string, unknown> => ({
  sha: expected.text_sha256,
  calls: callsOf(bytes, expected),
  prompt: expected.prompt ?? 0,
  cached: expected.cached ?? 0,
  completion: expected.completion ?? 0,
  reasoning: expected.reasoning ?? 0,
  finish: expected.finish_reason === undefined || expected.finish_reason === null ? expected.block_reason : String(expected.finish_reason).replace(/^1$/, "STOP"),
});

const shared = sharedDir();
const recorded = (shared ? recordings(shared, ["gemini"]) : []).filter(({ dir, status }) => status === 200 && dir.includes("/generate-content/"));

describe.skipIf(!shared)("recorded replies of Gemini", () => {
  test("are many", () => expect(recorded.length).toBeGreaterThan(100));

  test.each(recorded)("$dir", (recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const whole = recording.streaming ? decodeStream([bytes]) : geminiUpstream.decodeReply(bytes, options);
    if (expected?.text_sha256 !== undefined) expect(figures(whole)).toEqual(expectedFigures(bytes, expected));
    if (!recording.streaming) return;
    const size = bytes.length > 64 * 1024 ? 7 : 1;
    expect(comparable(decodeStream(piecesOf(bytes, size)))).toEqual(comparable(whole));
    const crlf = Buffer.from(bytes.toString("latin1").replaceAll(/\r?\n/g, "\r\n"), "latin1");
    expect(comparable(decodeStream(piecesOf(crlf, 5)))).toEqual(comparable(whole));
  });
});

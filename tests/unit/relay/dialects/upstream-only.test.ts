import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { UpstreamCodec } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { bedrockConverseUpstream } from "#relay/dialects/bedrock-converse/index.ts";
import { cohereUpstream } from "#relay/dialects/cohere/index.ts";
import { ollamaUpstream } from "#relay/dialects/ollama/index.ts";
import { inputTokensOf, type Usage } from "#money/usage.ts";
import { providers } from "#relay/providers/index.ts";
import { readRecording, recordings, type ExpectedUsage, type Recording } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";

/** Protocols that no client speaks, with how their recordings' files are told apart. */
const PROTOCOLS: Readonly<Record<string, Readonly<{ codec: UpstreamCodec; endpoint: RegExp; cr: boolean }>>> = {
  "bedrock-converse": { codec: bedrockConverseUpstream, endpoint: /\/converse\//, cr: false },
  ollama: { codec: ollamaUpstream, endpoint: /\/native-chat\//, cr: false },
  "cohere-v2": { codec: cohereUpstream, endpoint: /\/chat-v2\//, cr: true },
};

const shared = sharedDir();
const { flags } = providers.get("openai")!;
/** Up to here recordings are cut at every byte. */
const SMALL_BYTES = 12_000;

const casesOf = (protocol: string, endpoint: RegExp): readonly (readonly [string, Recording])[] =>
  shared === undefined ? [["recordings", {} as Recording]] : recordings(shared, [protocol]).filter(({ dir, status, response }) => status === 200 && endpoint.test(dir) && !response.endsWith(".bin")).map((recording) => [recording.dir, recording]);

function decode(codec: UpstreamCodec, bytes: Buffer, streaming: boolean, size = bytes.length): readonly CanonicalEvent[] {
  if (!streaming) return codec.decodeReply(bytes, { flags });
  const decoder = codec.streamDecoder({ flags });
  const events: CanonicalEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...decoder.push(bytes.subarray(at, at + size)));
  return [...events, ...decoder.end()];
}

/** The recordings' figures count calls that the vendor made itself, and leave cited text out. */
const SERVER_CALL = /"type":"server_tool_use"/g, CITED = "citationsContent";

function check(events: readonly CanonicalEvent[], expected: ExpectedUsage, raw: string): void {
  expect(brokenRule(events)).toBeUndefined();
  const end = events.at(-1)!;
  expect(end.type).toBe("end");
  if (end.type !== "end") return;
  const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  if (raw.includes(CITED)) expect(text).not.toBe("");
  else if (expected.text_sha256 !== undefined) expect(createHash("sha256").update(text).digest("hex")).toBe(expected.text_sha256);
  else expect(text.length).toBe(expected.text_chars ?? 0);
  expect(events.filter(({ type }) => type === "tool-start").length).toBe((expected.tool_calls ?? 0) - (raw.match(SERVER_CALL)?.length ?? 0));
  if (expected.finish_reason != null) expect(end.native).toBe(expected.finish_reason);
  const usage: Usage = aggregate(events).usage ?? {};
  if (expected.prompt !== null) expect(inputTokensOf(usage)).toBe(expected.prompt);
  if (expected.cached !== null) expect(usage.cacheRead).toBe(expected.cached);
  expect((usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0)).toBe(expected.cache_write ?? 0);
  if (expected.completion !== null) expect((usage.outputText ?? 0) + (usage.reasoning ?? 0)).toBe(expected.completion);
}

describe.each(Object.entries(PROTOCOLS))("%s", (protocol, { codec, endpoint, cr }) => {
  test.skipIf(shared === undefined).each(casesOf(protocol, endpoint))("%s is read, however it is cut", (_dir, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const events = decode(codec, bytes, recording.streaming);
    check(events, expected!, bytes.toString("latin1"));
    if (!recording.streaming) return;
    for (const size of bytes.length <= SMALL_BYTES ? [1, 7] : [61]) expect(decode(codec, bytes, true, size)).toEqual(events);
    if (cr) expect(decode(codec, Buffer.from(`: hello\r\n\r\n${bytes.toString("utf8").replaceAll("\n", "\r\n")}`), true, 97)).toEqual(events);
    // What was cut off has no end of its own.
    const cut = decode(codec, bytes.subarray(0, bytes.length >> 2), true);
    expect(brokenRule(cut)).toBeUndefined();
    expect(cut.some(({ type }) => type === "end")).toBe(false);
  });
});

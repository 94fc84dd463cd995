import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { Answer } from "#relay/canonical/aggregate.ts";
import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { dialects } from "#relay/dialects/index.ts";
import { providers } from "#relay/providers/index.ts";
import { readRecording, recordings, type ExpectedUsage, type Recording } from "../support/recordings.ts";
import { sharedDir } from "../support/shared.ts";

const PROVIDER: Readonly<Record<string, string>> = { alibaba: "dashscope", "ollama-cloud": "ollama", google: "gemini", zai: "zhipu", lmstudio: "lm-studio" };
const upstream = upstreamCodecs["openai-chat"]!, client = clientCodecs["openai-chat"]!;
/** Said in our words where the vendor's own were not OpenAI's. */
const WORDS: Readonly<Record<string, string>> = { "tool-calls": "tool_calls", "content-filter": "content_filter" };
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const optionsOf = ({ vendor }: Recording): DecoderOptions => ({ flags: (providers.get(PROVIDER[vendor] ?? vendor) ?? providers.get("openai-compatible")!).flags });

function decode(recording: Recording, parts: readonly Buffer[]): readonly CanonicalEvent[] {
  if (!recording.streaming) return upstream.decodeReply(Buffer.concat(parts), optionsOf(recording));
  const decoder = upstream.streamDecoder(optionsOf(recording));
  return [...parts.flatMap((part) => [...decoder.push(part)]), ...decoder.end()];
}

/** Deltas of one block joined, ids that we make up hidden: what must not depend on where the bytes were cut. */
function joined(events: readonly CanonicalEvent[]): string {
  const { id: _id, ...answer } = aggregate(events);
  for (const { blocks } of answer.candidates) for (const block of blocks) if (block.type === "tool" && /^call_[0-9a-f]{24}$/.test(block.id)) block.id = "made";
  return JSON.stringify(answer, (_key, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
}

const firstText = ({ candidates }: Answer): string => (candidates[0]!.blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""));
const tools = ({ candidates }: Answer): number => candidates.flatMap(({ blocks }) => blocks).filter(({ type }) => type === "tool").length;

const shared = sharedDir();
const all = shared === undefined ? [] : recordings(shared, ["openai-chat"]).filter(({ status }) => status === 200);

function check(events: readonly CanonicalEvent[], expected: ExpectedUsage | undefined): void {
  expect(brokenRule(events)).toBeUndefined();
  const last = events.at(-1);
  if (!expected || last?.type === "error") return;
  const answer = aggregate(events);
  if (expected.text_sha256) expect(sha256(firstText(answer)), firstText(answer)).toBe(expected.text_sha256);
  expect(tools(answer)).toBe(expected.tool_calls || (expected.finish_reason === "function_call" ? 1 : 0));
  if (last?.type === "end" && expected.finish_reason) {
    const word = WORDS[last.finish] ?? last.finish;
    expect([word, last.native]).toContain(expected.finish_reason);
  }
}

const REQUEST: ChatRequest = { origin: "openai-chat", model: "m", stream: true, system: [], messages: [], tools: [], output: { format: "text" }, modalities: ["text"], sampling: {}, candidates: 1, includeUsage: true, cache: {}, metadata: {}, betas: [], extra: {} };
const REPLY = { model: "m", requestId: "req_1", createdAt: 1, includeUsage: true, request: REQUEST, inputTokensEstimate: 0 };

describe.skipIf(shared === undefined)("recordings of OpenAI-shaped vendors as events (shared/fixtures)", () => {
  test.each(all.map((recording) => [recording.dir, recording] as const))("%s", (_dir, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const events = decode(recording, [bytes]);
    check(events, expected);

    // The reading of usage is one for pass-through and conversion.
    const options = { operation: "chat" as const, publicModel: "m", upstreamModel: "m", clientWantsUsage: true, rewriteModel: false, ...optionsOf(recording) };
    if (recording.streaming) {
      const stream = dialects["openai-chat"].passStream(options);
      stream.push(bytes);
      stream.end();
      if (!stream.facts.error) expect(aggregate(events).usage).toEqual(stream.facts.usage);
      expect(events.some(({ type }) => type === "end")).toBe(stream.facts.complete && !stream.facts.error);
    } else expect(aggregate(events).usage).toEqual(dialects["openai-chat"].passBody(bytes, options).facts.usage);

    // Written for a client of the same format and read again, nothing is lost.
    if (events.at(-1)?.type !== "end") return;
    const encoder = client.streamEncoder(REPLY);
    const written = events.map((event) => encoder.push(event)).join("") + encoder.tail();
    const again = upstream.streamDecoder({ flags: providers.get("openai-compatible")!.flags });
    const back = [...again.push(Buffer.from(written)), ...again.end()];
    expect(brokenRule(back)).toBeUndefined();
    expect(said(back)).toEqual(said(events));
    const whole = upstream.decodeReply(Buffer.from(JSON.stringify(client.encodeReply(events, REPLY))), { flags: providers.get("openai-compatible")!.flags });
    expect(brokenRule(whole)).toBeUndefined();
    expect(texts(whole)).toEqual(texts(events));
  });

  const streams = all.filter(({ streaming }) => streaming);
  test.each(streams.map((recording) => [recording.dir, recording] as const))("%s, cut anywhere, with CRLF and comments", (_dir, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const whole = joined(decode(recording, [bytes]));
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let at = step; at < bytes.length; at += step) expect(joined(decode(recording, [bytes.subarray(0, at), bytes.subarray(at)])), `cut at ${at}`).toBe(whole);
    const plain = bytes.toString("utf8").replaceAll("\r\n", "\n");
    expect(joined(decode(recording, [Buffer.from(plain.replaceAll("\n", "\r\n"))]))).toBe(whole);
    expect(joined(decode(recording, [Buffer.from(plain.replaceAll("\n\n", "\n\n: keep-alive\n\n"))]))).toBe(whole);
  });
});

/** What every block says, in order, and how it ended. */
function said(events: readonly CanonicalEvent[]): object {
  const { candidates, finish, usage } = aggregate(events);
  return {
    blocks: candidates.map(({ number, blocks }) => [number, blocks.map((block) => (block.type === "tool" ? [block.type, block.id, block.name, block.arguments] : block.type === "text" || block.type === "reasoning" ? [block.type, block.text] : [block.type]))]),
    finish,
    usage: usage && { input: (usage.inputUncached ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheReadAudio ?? 0) + (usage.inputAudio ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.inputImage ?? 0), output: (usage.outputText ?? 0) + (usage.outputImage ?? 0), reasoning: usage.reasoning ?? 0 },
  };
}

/** A whole reply has one place for all texts and one for all thoughts. */
function texts(events: readonly CanonicalEvent[]): object {
  const { candidates, finish } = aggregate(events);
  return {
    candidates: candidates.map(({ blocks }) => ({
      text: blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""),
      thought: blocks.flatMap((block) => (block.type === "reasoning" ? [block.text] : [])).join(""),
      tools: blocks.flatMap((block) => (block.type === "tool" ? [[block.id, block.name, block.arguments]] : [])),
    })),
    finish,
  };
}

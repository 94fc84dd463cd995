import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { anthropic, anthropicClient, anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { providers } from "#relay/providers/index.ts";
import { readSchemas } from "../../../../support/openapi.ts";
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
  expect(brokenRule(events)).toBeUndefined();
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

const OPTIONS: ReplyOptions = {
  model: "shop", requestId: "req_01", createdAt: 1, includeUsage: true, inputTokensEstimate: 1,
  request: anthropicClient.decodeRequest({ model: "shop", max_tokens: 1, messages: [{ role: "user", content: "hi" }] }, { betas: [] }),
};

/** What a client must be able to read out of an answer again: everything but names, and why it was refused, which is told as text. */
function essence(events: readonly CanonicalEvent[]): readonly unknown[] {
  return events.flatMap((event): readonly unknown[] => {
    switch (event.type) {
      case "start": case "usage": case "ping":
        return [];
      case "refusal-delta":
        return [{ ...event, type: "text-delta" }];
      case "end": {
        const { raw: _raw, serviceTier: _tier, items: _items, ...usage } = event.usage!;
        return [{ finish: event.finish, stopSequence: event.stopSequence, usage: { cacheRead: 0, cacheWrite5m: 0, ...usage, cacheWrite1h: undefined } }];
      }
      default:
        return [event];
    }
  });
}

/**
 * As a whole reply tells it: pieces of one text, thought or input are one, sources stand behind their text, inputs are
 * objects, and what the vendor ran has no pieces.
 */
function whole(events: readonly unknown[]): readonly unknown[] {
  const out: Record<string, unknown>[] = [];
  for (const event of events as readonly Record<string, unknown>[]) {
    if (event.type === "citation" || (event.type === "server-tool" && event.phase === "delta")) continue;
    const last = out.at(-1);
    const key = event.type === "tool-delta" ? "arguments" : "text";
    if (last?.type === event.type && last?.index === event.index && typeof event[key] === "string") last![key] = `${last![key] as string}${event[key]}`;
    else out.push({ ...event, raw: undefined });
  }
  return out.map((event) => (event.type === "tool-delta" ? { ...event, arguments: JSON.parse(event.arguments as string) as unknown } : event));
}

test.skipIf(shared === undefined).each(cases.map((recording) => [recording.dir, recording] as const))("%s is written as it was read", (_dir, recording) => {
  const { bytes } = read(recording);
  const events = decode(bytes, recording.streaming);
  const encoder = anthropicClient.streamEncoder(OPTIONS);
  const stream = events.map((event) => encoder.push(event)).join("") + encoder.tail();
  const again = decode(Buffer.from(stream), true);
  expect(essence(again)).toEqual(essence(events));
  const reply = Buffer.from(JSON.stringify(anthropicClient.encodeReply(events, OPTIONS)));
  expect(whole(essence(decode(reply, false)))).toEqual(whole(essence(events)));
});

/** Blocks that the vendor has only in its betas; the description of them is another. */
const BETA_BLOCKS = /"type": ?"(?:mcp_tool_use|mcp_tool_result|compaction|fallback|advisor_tool_result)"/;

test.skipIf(shared === undefined)("whole replies, and the pieces of streams, are what the vendor's own description says", () => {
  const check = readSchemas(shared!, "anthropic.json");
  for (const recording of cases) {
    const { bytes } = read(recording);
    if (BETA_BLOCKS.test(bytes.toString())) continue;
    const events = decode(bytes, recording.streaming);
    expect([recording.dir, check("Message", anthropicClient.encodeReply(events, OPTIONS))]).toEqual([recording.dir, []]);
    const encoder = anthropicClient.streamEncoder(OPTIONS);
    const stream = events.map((event) => encoder.push(event)).join("");
    const written = stream.split("\n\n").filter((event) => event !== "").map((event) => JSON.parse(event.split("\n")[1]!.slice(6)) as Record<string, unknown>);
    for (const event of written) {
      if (event.type === "message_start") expect([recording.dir, check("Message", event.message)]).toEqual([recording.dir, []]);
      if (event.type === "content_block_start") expect([recording.dir, check("ContentBlock", withSources(event.content_block as object))]).toEqual([recording.dir, []]);
    }
  }
});

/** The vendor's own streams leave them out where a text opens. */
const withSources = (block: object): object => ("text" in block ? { citations: null, ...block } : block);

test.skipIf(shared === undefined).each(cases.map((recording) => [recording.dir, recording] as const))("%s passes as it is", (_dir, recording) => {
  const { bytes, expected } = read(recording);
  const options = { operation: "chat", publicModel: "shop", upstreamModel: recording.model ?? "m", clientWantsUsage: true, rewriteModel: false, flags } as const;
  if (!recording.streaming) {
    const { facts, body } = anthropic.passBody(bytes, options);
    expect(body).toBe(bytes);
    expect((facts.usage!.outputText ?? 0) + (facts.usage!.reasoning ?? 0)).toBe(expected.completion);
    return;
  }
  for (const size of [bytes.length, 1]) {
    const stream = anthropic.passStream(options);
    const out: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) out.push(...stream.push(bytes.subarray(at, at + size)));
    out.push(...stream.end(), stream.tail());
    if (!recording.dir.includes("duplicate-message-start")) expect(Buffer.concat(out).toString().trimEnd()).toBe(bytes.toString().trimEnd());
    const { facts } = stream;
    expect(facts.complete).toBe(true);
    expect((facts.usage!.outputText ?? 0) + (facts.usage!.reasoning ?? 0)).toBe(expected.completion);
    expect(facts.usage!.inputUncached! + (facts.usage!.cacheRead ?? 0) + (facts.usage!.cacheWrite5m ?? 0) + (facts.usage!.cacheWrite1h ?? 0)).toBe(expected.prompt);
  }
});

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

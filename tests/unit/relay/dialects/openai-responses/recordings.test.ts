import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import { openaiResponses, openaiResponsesUpstream } from "#relay/dialects/openai-responses/index.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { inputTokensOf } from "#money/usage.ts";
import { readRecording, recordings } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const shared = sharedDir();
const options = { flags: DEFAULT_FLAGS };
/** Several responses put together to one file: no vendor sends such a stream. */
const SEVERAL = /vai-azure-reasoning-encrypted-content|vai-openai-reasoning-encrypted-content|vai-openai-shell-tool\.1/;
const passing: PassOptions = { operation: "chat", publicModel: "shop/\"name\"", upstreamModel: "m", clientWantsUsage: true, rewriteModel: false, flags: DEFAULT_FLAGS };

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
  const all = shared ? recordings(shared, ["openai-responses"]).filter(({ status, dir }) => status === 200 && dir.includes("/responses/") && !SEVERAL.test(dir)) : [];

  it.each(all.map((recording) => [recording.dir, recording] as const))("%s", (_, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const events = recording.streaming ? decodeStream(bytes, bytes.length) : openaiResponsesUpstream.decodeReply(bytes, options);
    expect(brokenRule(events)).toBeUndefined();
    expect(events.at(-1)?.type).toBe("end");
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

  it.each(streams.map((recording) => [recording.dir, recording] as const))("passes, its end withheld: %s", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const whole = pass([bytes]);
    expect(whole.facts.complete).toBe(true);
    expect(bytes.toString().startsWith(whole.out + whole.tail)).toBe(true);
    expect(whole.tail).toMatch(/"type":\s?"response\.(?:completed|incomplete)"/);
    const { usage } = summary(decodeStream(bytes, bytes.length)).end!;
    expect(whole.facts.usage).toEqual(usage);
    const cut = pass(pieces(bytes, bytes.length < 40_000 ? 1 : 7));
    expect(cut).toEqual(whole);

    const renamed = pass([bytes], { rewriteModel: true });
    expect(renamed.facts).toEqual(whole.facts);
    const models = (renamed.out + renamed.tail).split(/\r?\n/).filter((line) => line.startsWith("data: {"))
      .flatMap((line) => (JSON.parse(line.slice(6)) as { response?: { model?: string } }).response ?? []).map(({ model }) => model);
    expect(models.length).toBeGreaterThan(1);
    for (const model of models) if (model !== undefined) expect(model).toBe(passing.publicModel);
  });

  it.each(all.filter(({ streaming }) => !streaming).map((recording) => [recording.dir, recording] as const))("passes whole: %s", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const { facts, body } = openaiResponses.passBody(bytes, passing);
    expect(body.equals(bytes)).toBe(true);
    expect(facts.error).toBeUndefined();
    expect(facts.complete).toBe(true);
    expect(facts.usage).toEqual(summary(openaiResponsesUpstream.decodeReply(bytes, options)).end?.usage);
    const renamed = JSON.parse(openaiResponses.passBody(bytes, { ...passing, rewriteModel: true }).body.toString()) as { model: string };
    expect(renamed).toEqual({ ...(JSON.parse(bytes.toString()) as object), model: passing.publicModel });
  });
});

const pieces = (bytes: Buffer, step: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step));

function pass(parts: readonly Buffer[], over: Partial<PassOptions> = {}) {
  const stream = openaiResponses.passStream({ ...passing, ...over });
  const out = parts.flatMap((part) => [...stream.push(part)]);
  out.push(...stream.end());
  const { usage, finish, content, complete, error, id, contentBytes, contentCjk, text } = stream.facts;
  return { out: Buffer.concat(out).toString(), tail: stream.tail().toString(), facts: { usage, finish, content, complete, error, id, contentBytes, contentCjk, text } };
}

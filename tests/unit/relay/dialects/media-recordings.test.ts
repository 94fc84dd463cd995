import { describe, expect, test } from "vitest";
import { toQuantities } from "#money/usage.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { DialectId, Operation, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { providers } from "#relay/providers/index.ts";
import { readRecording, recordings, type ExpectedUsage, type Recording } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";

const shared = sharedDir();

/** By the recording's endpoint. */
const KINDS: Readonly<Record<string, readonly [DialectId, Operation]>> = {
  images: ["openai-images", "images"], "images-edits": ["openai-images", "image-edits"], speech: ["openai-speech", "speech"],
  transcriptions: ["openai-transcriptions", "transcriptions"], moderations: ["openai-moderations", "moderations"],
  rerank: ["rerank", "rerank"], "rerank-v1": ["rerank", "rerank"], "rerank-v2": ["rerank", "rerank"],
};
const PROTOCOLS = ["openai-images", "openai-audio", "openai-moderations", "rerank", "cohere-v1", "cohere-v2"];
/** Sound inside JSON: another protocol than the one it is listed under. */
const FOREIGN = /^mistral\/speech\//;

const kindOf = ({ dir }: Recording): readonly [DialectId, Operation] | undefined => (FOREIGN.test(dir) ? undefined : KINDS[dir.split("/")[1]!]);
const cases = shared === undefined ? [] : recordings(shared, PROTOCOLS).filter((recording) => kindOf(recording) !== undefined);

function optionsOf(recording: Recording, over: Partial<PassOptions> = {}): PassOptions {
  const provider = providers.get(recording.vendor) ?? providers.get("openai-compatible")!;
  return {
    operation: kindOf(recording)![1], publicModel: "public", upstreamModel: recording.model ?? "m", clientWantsUsage: true, rewriteModel: true, flags: provider.flags,
    media: { images: { count: 10, partial: 0 }, characters: 64, audioMs: 3_700, documents: 1_000, byTokens: recording.vendor !== "cohere" },
    ...over,
  };
}

/** Sums of the buckets against what was read off the recording. */
function check(facts: ReplyFacts, told: ExpectedUsage & Readonly<Record<string, unknown>>): void {
  const quantities = toQuantities(facts.usage ?? {});
  const sum = (...items: string[]): number => items.reduce((total, item) => total + (quantities[item] ?? 0), 0);
  const output = sum("output", "reasoning", "output_image", "output_audio"), input = sum("input", "cache_read", "input_audio", "input_image");
  if (typeof told.prompt === "number") expect(input).toBe(told.prompt + (typeof told.audio_in === "number" && told.audio_in > told.prompt ? told.audio_in : 0));
  if (typeof told.completion === "number") expect(output).toBe(told.completion);
  if (typeof told.image_out === "number") expect(quantities.output_image).toBe(told.image_out > 0 ? told.image_out : undefined);
  if (typeof told.image_in === "number" && told.image_in > 0) expect(quantities.input_image).toBe(told.image_in);
  if (typeof told.search_units === "number") expect(quantities.search_unit).toBe(told.search_units);
  if (typeof told.duration === "number") expect(quantities.audio_in_ms).toBe(told.duration * 1_000);
  expect(facts.usageInconsistent).toBe(false);
}

describe.skipIf(shared === undefined)("recorded pictures, sound, verdicts and ranking (needs ../shared)", () => {
  test("there are some of each kind", () => {
    expect(new Set(cases.map((recording) => kindOf(recording)![0]))).toEqual(new Set(["openai-images", "openai-speech", "openai-transcriptions", "openai-moderations", "rerank"]));
  });

  test.each(cases.filter(({ streaming, status, response }) => !streaming && status === 200 && response.endsWith(".json")).map((recording) => [recording.dir, recording] as const))("%s", (_, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const error = (expected as { error?: { message: string } } | undefined)?.error;
    const { facts, body } = dialects[kindOf(recording)![0]].passBody(bytes, optionsOf(recording), "application/json");
    if (error) {
      expect(facts.error).toMatchObject({ message: error.message });
      return;
    }
    expect([facts.error, facts.content, facts.complete]).toEqual([undefined, true, true]);
    if (expected) check(facts, expected);
    const wire = JSON.parse(body.toString("utf8")) as { model?: string; results?: { relevance_score: number }[]; usage?: object };
    if (wire.model !== undefined) expect(wire.model).toBe("public");
    if (kindOf(recording)![0] !== "rerank") return;
    const scores = wire.results!.map(({ relevance_score: score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test.each(cases.filter(({ streaming }) => streaming).map((recording) => [recording.dir, recording] as const))("%s, cut at every byte", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const dialect = dialects[kindOf(recording)![0]];
    for (const whole of [bytes, Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n")), Buffer.from(`: waiting\n\n${bytes.toString("utf8")}`)]) {
      const readings = Array.from({ length: whole.length - 1 }, (_unused, at) => {
        const stream = dialect.passStream(optionsOf(recording));
        const out = [...stream.push(whole.subarray(0, at + 1)), ...stream.push(whole.subarray(at + 1)), ...stream.end()];
        return JSON.stringify([Buffer.concat(out).toString("utf8"), stream.tail().toString("utf8"), stream.facts.usage, stream.facts.complete]);
      });
      expect([...new Set(readings)]).toHaveLength(1);
      const [passed, tail, usage, complete] = JSON.parse(readings[0]!) as [string, string, object, boolean];
      expect([complete, passed.includes(".done"), tail.includes("transcript.text.done"), tail.endsWith("data: [DONE]\n\n")]).toEqual([true, false, true, true]);
      expect(usage).toMatchObject({ inputAudio: 37, items: { audio_in_ms: 3_700 } });
    }
  });

  test.each(cases.filter(({ response }) => response.endsWith(".bin")).map((recording) => [recording.dir, recording] as const))("%s, in any pieces", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    for (const size of [1, 2, 7, 1_000, bytes.length]) {
      const stream = dialects["openai-speech"].passStream(optionsOf(recording));
      stream.headed!("audio/mpeg");
      const out: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(...stream.push(bytes.subarray(at, at + size)));
      out.push(...stream.end());
      expect(Buffer.concat(out).length).toBe(bytes.length - 1);
      expect(Buffer.concat([...out, stream.tail()]).equals(bytes)).toBe(true);
      expect(stream.facts).toMatchObject({ content: true, complete: true, contentType: "audio/mpeg", usage: { items: { char: 64 } } });
      // Some four seconds of speech.
      expect(stream.facts.usage!.items!.audio_out_ms).toBeGreaterThan(2_000);
      expect(stream.facts.usage!.items!.audio_out_ms).toBeLessThan(8_000);
    }
  });
});

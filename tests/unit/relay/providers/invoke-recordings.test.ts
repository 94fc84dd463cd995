import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dialects } from "#relay/dialects/index.ts";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { endpointsOf, providers } from "#relay/providers/index.ts";
import { readRecording, recordings, type ExpectedUsage, type Recording } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";

const shared = sharedDir(), bedrock = providers.get("bedrock")!;
const reader = endpointsOf(bedrock, "chat")[1]!.unwrap!(dialects.anthropic);
const OPTIONS: PassOptions = { operation: "chat", publicModel: "sold", upstreamModel: "anthropic.claude", clientWantsUsage: true, rewriteModel: true, flags: bedrock.flags };

/** Answers in Anthropic's words; the other models of this interface have words of their own. */
const isAnthropics = (recording: Recording): boolean => {
  const text = readRecording(shared!, recording).bytes.toString("latin1");
  if (!recording.streaming) return text.includes('"type":"message"') || text.includes('"type": "message"');
  return text.includes(Buffer.from('{"type":"message_start"').toString("base64").slice(0, 28));
};
const cases = shared === undefined ? [] : recordings(shared, ["bedrock-invoke"]).filter((recording) => recording.status === 200 && isAnthropics(recording));

function streamed(bytes: Buffer, cuts: readonly number[]): Readonly<{ facts: ReplyFacts; text: string }> {
  const pass = reader.passStream(OPTIONS), out: Buffer[] = [];
  for (const [index, start] of [0, ...cuts].entries()) {
    if (!pass.facts.complete) out.push(...pass.push(bytes.subarray(start, cuts[index])));
  }
  if (!pass.facts.complete) out.push(...pass.end());
  return { facts: pass.facts, text: Buffer.concat([...out, pass.tail()]).toString() };
}

function check(facts: ReplyFacts, expected: ExpectedUsage): void {
  const { usage = {} } = facts, written = (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
  expect(facts.complete).toBe(true);
  expect((usage.inputUncached ?? 0) + (usage.cacheRead ?? 0) + written).toBe(expected.prompt);
  expect((usage.outputText ?? 0) + (usage.reasoning ?? 0)).toBe(expected.completion);
}

describe.skipIf(shared === undefined)("recordings of Amazon's copy of Anthropic's messages (shared/fixtures)", () => {
  test("there are some of both kinds", () => {
    expect(new Set(cases.map(({ streaming }) => streaming)).size).toBe(2);
  });

  test.each(cases.map((recording) => [recording.dir.split("/").at(-1)!, recording] as const))("%s", (_name, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    if (!recording.streaming) {
      const { facts, body } = reader.passBody(bytes, OPTIONS);
      check(facts, expected!);
      expect(JSON.parse(body.toString())).toMatchObject({ model: "sold" });
      return;
    }
    const whole = streamed(bytes, []);
    check(whole.facts, expected!);
    const events = whole.text.split("\n\n").filter((event) => event !== "").map((event) => JSON.parse(event.slice(event.indexOf("data: ") + 6)) as { type: string; delta?: { text?: string } });
    expect(events[0]!.type).toBe("message_start");
    expect(events.at(-1)!.type).toBe("message_stop");
    const said = events.map(({ delta }) => delta?.text ?? "").join("");
    if (expected!.text_sha256 !== undefined) expect(createHash("sha256").update(said).digest("hex")).toBe(expected!.text_sha256);
    // Byte by byte, and cut in two here and there.
    for (let at = 1; at < bytes.length; at += Math.ceil(bytes.length / 40)) expect(streamed(bytes, [at]).text === whole.text, `cut at ${at}`).toBe(true);
    expect(streamed(bytes, Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)).text).toBe(whole.text);
  });
});

import { describe, expect, test } from "vitest";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { gemini, geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readRecording, recordings } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const OPTIONS: PassOptions = {
  operation: "chat", publicModel: "shop", upstreamModel: "gemini-2.5-flash", clientWantsUsage: true, rewriteModel: true, flags: DEFAULT_FLAGS,
};
const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const object = (text: string, more: object = {}, candidate: object = {}): object => ({
  candidates: [{ content: { parts: [{ text }], role: "model" }, index: 0, ...candidate }], modelVersion: "gemini-2.5-flash", responseId: "r-1", ...more,
});
const usage = (candidatesTokenCount: number): object => ({ usageMetadata: { promptTokenCount: 5, candidatesTokenCount, totalTokenCount: 5 + candidatesTokenCount } });
const STOP = { finishReason: "STOP" };
const renamed = (text: string): string => text.replaceAll('"modelVersion":"gemini-2.5-flash"', '"modelVersion":"shop"');

function pass(parts: readonly (string | Buffer)[], over: Partial<PassOptions> = {}): { early: string; out: string; tail: string; facts: ReplyFacts } {
  const stream = gemini.passStream({ ...OPTIONS, ...over });
  const early = Buffer.concat(parts.flatMap((part) => [...stream.push(Buffer.from(part))])).toString();
  const late = Buffer.concat([...stream.end()]).toString();
  return { early, out: early + late, tail: stream.tail().toString(), facts: stream.facts };
}

test("events pass with the shop's name of the model; what says how the answer ended waits for the money", () => {
  const parts = [event(object("héllo ", usage(2))), event(object("你", usage(4), STOP))];
  const { out, tail, facts } = pass(parts);
  expect(out).toBe(renamed(parts[0]!));
  expect(tail).toBe(renamed(parts[1]!));
  expect(facts).toMatchObject({
    usage: { inputUncached: 5, outputText: 4 }, finish: "STOP", complete: true, content: true, id: "r-1",
    contentBytes: Buffer.byteLength("héllo 你"), contentCjk: 1, text: ["héllo ", "你"], error: undefined,
  });
});

test("a STOP in every event is let go as soon as another follows", () => {
  const parts = ["a", "b", "c"].map((text, at) => event(object(text, usage(at), STOP)));
  const { early, tail } = pass(parts);
  expect(early).toBe(renamed(parts[0]! + parts[1]!));
  expect(tail).toBe(renamed(parts[2]!));
});

test("a stream that stops without saying so is not complete", () => {
  const { out, tail, facts } = pass([event(object("a"))]);
  expect(out).not.toBe("");
  expect(tail).toBe("");
  expect(facts.complete).toBe(false);
  expect(pass([event(object("a"))], { flags: { ...DEFAULT_FLAGS, eofIsEnd: true } }).facts.complete).toBe(true);
});

test("a refused prompt is an end, too", () => {
  const blocked = event({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 }, modelVersion: "gemini-2.5-flash" });
  const { out, tail, facts } = pass([blocked]);
  expect(out).toBe("");
  expect(tail).toBe(renamed(blocked));
  expect(facts).toMatchObject({ complete: true, content: false, finish: "SAFETY", usage: { inputUncached: 9 } });
});

test("an error inside a stream is kept from the client and told", () => {
  const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
  const { out, tail, facts } = pass([event(object("a")), event(error), event(object("b"))]);
  expect(out).toBe(renamed(event(object("a"))));
  expect(tail).toBe("");
  expect(facts).toMatchObject({ complete: false, error: { status: 503, type: "UNAVAILABLE", message: "The model is overloaded." } });
  expect(pass([`[${JSON.stringify(error)}]`]).facts.error).toMatchObject({ status: 503 });
});

test("an array, or one object, becomes events", () => {
  const objects = [object("a"), object("b", usage(2), STOP)];
  const array = `[${JSON.stringify(objects[0], null, 2)}\n,\r\n${JSON.stringify(objects[1], null, 2)}\n]`;
  const { out, tail, facts } = pass(Array.from(Buffer.from(array), (byte) => Buffer.from([byte])));
  expect(out + tail).toBe(renamed(objects.map(event).join("")));
  expect(facts.complete).toBe(true);
  expect(pass([JSON.stringify(objects[1])]).tail).toBe(renamed(event(objects[1]!)));
});

test("a page is no answer", () => {
  expect(() => pass(["<html>"])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test("a member of a call's arguments that has the name's name stays", () => {
  const call = { candidates: [{ content: { parts: [{ functionCall: { name: "f", args: { modelVersion: "gemini-2.5-flash" } } }] }, ...STOP }], modelVersion: "gemini-2.5-flash" };
  expect(pass([event(call)]).tail).toBe(event({ ...call, modelVersion: "shop" }));
  const { body } = gemini.passBody(Buffer.from(JSON.stringify(call)), OPTIONS);
  expect(JSON.parse(body.toString())).toEqual({ ...call, modelVersion: "shop" });
});

test("a whole reply passes; a stream in its place is put together", () => {
  const reply = object("hello there", usage(3), STOP);
  const whole = gemini.passBody(Buffer.from(JSON.stringify(reply)), OPTIONS);
  expect(whole.body.toString()).toBe(renamed(JSON.stringify(reply)));
  expect(whole.facts).toMatchObject({ complete: true, finish: "STOP", usage: { inputUncached: 5, outputText: 3 }, text: ["hello there"] });
  const pieces = event(object("hello ")) + event(object("there", usage(3), STOP));
  const joined = gemini.passBody(Buffer.from(pieces), OPTIONS);
  expect(JSON.parse(joined.body.toString())).toEqual(JSON.parse(renamed(JSON.stringify(reply))));
  expect(() => gemini.passBody(Buffer.from("{}"), OPTIONS)).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test.each([
  ["nothing to change", { contents: [] }, undefined, { contents: [] }],
  ["the name in the address alone", { model: "models/x", contents: [] }, undefined, { contents: [] }],
  ["a dearer tier", { contents: [], service_tier: "priority" }, undefined, { contents: [] }],
  ["both, at the end", { contents: [], model: "x", serviceTier: "flex" }, undefined, { contents: [] }],
  ["both, in front", { serviceTier: "flex", model: "x", contents: [] }, 50, { generationConfig: { maxOutputTokens: 50 }, contents: [] }],
  ["a cap that is there", { contents: [], generationConfig: { temperature: 1, maxOutputTokens: 9000 } }, 50, { contents: [], generationConfig: { temperature: 1, maxOutputTokens: 50 } }],
  ["a cap in the other spelling", { contents: [], generation_config: { max_output_tokens: 9000 } }, 50, { contents: [], generation_config: { max_output_tokens: 50 } }],
  ["a cap beside others", { contents: [], generationConfig: { temperature: 1 } }, 50, { contents: [], generationConfig: { maxOutputTokens: 50, temperature: 1 } }],
  ["a cap in an empty place", { contents: [], generationConfig: {} }, 50, { contents: [], generationConfig: { maxOutputTokens: 50 } }],
  ["a cap where there is nothing", { contents: [] }, 50, { generationConfig: { maxOutputTokens: 50 }, contents: [] }],
])("of a request is changed: %s", (_name, sent, maxTokens, expected) => {
  const body = Buffer.from(JSON.stringify({ ...sent, contents: [{ parts: [{ text: "hi" }] }] }));
  const scanned = scanRequest(body, "chat", { dialect: "gemini", model: "shop", stream: false });
  const parts = gemini.passRequest(scanned, body, { upstreamModel: "up", flags: DEFAULT_FLAGS, ...(maxTokens !== undefined && { maxTokens }) });
  expect(JSON.parse(Buffer.concat(parts).toString())).toEqual({ ...expected, contents: [{ parts: [{ text: "hi" }] }] });
});

const shared = sharedDir();
const recorded = (shared ? recordings(shared, ["gemini"]) : []).filter(({ dir, status }) => status === 200 && dir.includes("/generate-content/"));

describe.skipIf(!shared)("recordings passed through", () => {
  test("are many", () => expect(recorded.length).toBeGreaterThan(100));

  test.each(recorded)("$dir", (recording) => {
    const { bytes } = readRecording(shared!, recording);
    const events = geminiUpstream.decodeReply(bytes, { flags: DEFAULT_FLAGS });
    const usageTold = events.findLast(({ type }) => type === "usage");
    const text = events.map((found) => (found.type === "text-delta" || found.type === "reasoning-delta" ? found.text : "")).join("");
    const check = (facts: ReplyFacts): void => {
      expect(facts.complete).toBe(true);
      expect(facts.usage).toEqual(usageTold && "usage" in usageTold ? usageTold.usage : undefined);
      expect(facts.contentBytes).toBeGreaterThanOrEqual(Buffer.byteLength(text));
    };
    if (!recording.streaming) {
      const passed = gemini.passBody(bytes, { ...OPTIONS, rewriteModel: false });
      expect(passed.body.toString()).toBe(bytes.toString());
      return check(passed.facts);
    }
    const whole = pass([bytes]);
    check(whole.facts);
    const size = bytes.length > 64 * 1024 ? 7 : 1;
    const cut = pass(Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)));
    expect(cut.out + cut.tail).toBe(whole.out + whole.tail);
    const again = geminiUpstream.decodeReply(Buffer.from(whole.out + whole.tail), { flags: DEFAULT_FLAGS });
    expect(again.length).toBe(events.length);
  });
});

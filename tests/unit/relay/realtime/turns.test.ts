import { describe, expect, test } from "vitest";
import { brokenTurn, endedTurn, transcribedTurn, type Passed } from "#relay/realtime/answer-turn.ts";
import { answerUsage, transcriptionUsage } from "#relay/realtime/realtime-usage.ts";

const passed = (over: Partial<Passed> = {}): Passed => ({ audioBytes: 0, textBytes: 0, audioBytesPerToken: 2_400, startedAt: 100, contentAt: 150, ...over });
const usage = { total_tokens: 30, input_tokens: 20, output_tokens: 10, input_token_details: { text_tokens: 20, audio_tokens: 0 }, output_token_details: { text_tokens: 10, audio_tokens: 0 } };
const response = (over: object = {}) => ({ id: "resp_1", status: "completed", output: [{ type: "message" }], usage, ...over });
const ended = (over: object, more: Partial<Passed> = {}, left = false, byTime = false) => endedTurn(response(over), passed(more), 900, left, byTime);

describe("usage", () => {
  test("every kind of token stands in one bucket, cached sound and pictures among them", () => {
    const raw = {
      total_tokens: 330, input_tokens: 230, output_tokens: 100,
      input_token_details: { text_tokens: 100, audio_tokens: 90, image_tokens: 40, cached_tokens: 64, cached_tokens_details: { text_tokens: 32, audio_tokens: 32, image_tokens: 0 } },
      output_token_details: { text_tokens: 30, audio_tokens: 70 },
    };
    expect(answerUsage(raw)).toEqual({ usage: { inputUncached: 68, cacheRead: 32, inputAudio: 58, cacheReadAudio: 32, inputImage: 40, outputText: 30, outputAudio: 70, raw }, inconsistent: false });
  });

  test("totals without parts are text; no number at all is no usage; impossible ones are cut and told", () => {
    expect(answerUsage({ total_tokens: 3, input_tokens: 2, output_tokens: 1 })).toMatchObject({ usage: { inputUncached: 2, outputText: 1 } });
    expect([answerUsage({}), answerUsage(null), answerUsage(undefined), answerUsage({ input_tokens: "many" })]).toEqual([undefined, undefined, undefined, undefined]);
    expect(answerUsage({ input_tokens: 5, output_tokens: 1, input_token_details: { audio_tokens: 9 } })).toMatchObject({ usage: { inputUncached: 5 }, inconsistent: true });
    expect(answerUsage({ input_tokens: -5, output_tokens: 1 })).toMatchObject({ usage: { outputText: 1 }, inconsistent: true });
  });

  test("what is written down is told in tokens or in seconds", () => {
    expect(transcriptionUsage({ type: "duration", seconds: 2.0004 })).toMatchObject({ usage: { items: { audio_in_ms: 2_001 } }, inconsistent: false });
    expect(transcriptionUsage({ type: "duration", seconds: 1e9 })).toMatchObject({ usage: { items: { audio_in_ms: 86_400_000 } }, inconsistent: true });
    expect([transcriptionUsage({ type: "duration", seconds: -1 }), transcriptionUsage({ type: "duration" }), transcriptionUsage(null)]).toEqual([undefined, undefined, undefined]);
    expect(transcriptionUsage({ type: "tokens", total_tokens: 35, input_tokens: 26, input_token_details: { text_tokens: 0, audio_tokens: 26 }, output_tokens: 9 })).toMatchObject({ usage: { inputUncached: 0, inputAudio: 26, outputText: 9 } });
    expect(transcribedTurn(null, "item_1 0", 5)).toBeUndefined();
    expect(transcribedTurn({ type: "duration", seconds: 1 }, "item_1 0", 5)).toMatchObject({ id: "item_1 0", ending: { how: "complete" } });
  });
});

describe("an answer that ended", () => {
  test.each([
    [{}, "complete", "stop"],
    [{ output: [{ type: "message" }, { type: "function_call" }] }, "complete", "tool_calls"],
    [{ output: [] }, "empty", "stop"],
    [{ status: "incomplete", status_details: { reason: "max_output_tokens" } }, "complete", "length"],
    [{ status: "incomplete", status_details: { reason: "content_filter" } }, "complete", "content_filter"],
    [{ status: "cancelled", output: [] }, "complete", "cancelled"],
    [{ status: "failed", output: [] }, "failed", "failed"],
  ] as const)("%j is %s with %s", (over, how, finish) => {
    expect(ended(over)).toMatchObject({ id: "resp_1", finish, startedAt: 100, contentAt: 150, endedAt: 900, ending: { how } });
  });

  test("nothing in the list but sound on the way is no empty answer", () => {
    expect(ended({ output: [] }, { audioBytes: 4_800 }).ending.how).toBe("complete");
  });

  test("a client that has gone pays what the vendor says it took", () => {
    expect(ended({ status: "cancelled" }, {}, true)).toMatchObject({ estimated: false, ending: { how: "left-stream", facts: { usage: { inputUncached: 20, outputText: 10 } } } });
  });

  test("numbers that are not there are our own: of what was delivered, unless time is what is sold", () => {
    const without = { usage: {} };
    expect(ended(without, { audioBytes: 4_801, textBytes: 9 })).toMatchObject({ estimated: true, ending: { facts: { usage: { outputText: 3, outputAudio: 3 } } } });
    expect(ended(without, { audioBytes: 4_801 }, false, true)).toMatchObject({ estimated: false });
    expect(ended(without, {}, false, true).ending.facts!.usage).toBeUndefined();
    expect(ended({ usage: null, status: "failed" }, { textBytes: 9 })).toMatchObject({ estimated: false, ending: { how: "failed", possibleCost: true, error: { code: "bad_upstream_response" } } });
  });

  test("an end that never came", () => {
    expect(brokenTurn("broken", "resp_1", passed({ audioBytes: 800, audioBytesPerToken: 400 }), 900)).toMatchObject({ estimated: true, ending: { how: "broken", delivered: { bytes: 800 }, facts: { usage: { outputAudio: 2 } } } });
  });
});

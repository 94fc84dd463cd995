import { describe, expect, test } from "vitest";
import { pico } from "#money/amount.ts";
import { compilePrice, priceUsage } from "#money/price.ts";
import { taskProtocols } from "#relay/tasks/protocols/index.ts";
import { dearestSound, madeQuantities, pricedAs, resolutionOf, type Made } from "#relay/tasks/quantities.ts";
import { soundMade, soundOf, withSoundWord } from "#relay/tasks/sound.ts";
import type { TaskProtocolId, TaskWish } from "#relay/tasks/task.ts";

const wish = (over: Partial<TaskWish>): TaskWish => ({
  form: "openai-videos", kind: "video", action: "generate", model: "m", prompt: "waves", count: 1, images: [], uploads: [], extra: {}, native: {}, ...over });
/** What is sent when the client's own parameters are these. */
const sent = (id: TaskProtocolId, extra: TaskWish["extra"], over: Partial<TaskWish> = {}) => {
  const asked = wish({ extra, ...over });
  return taskProtocols[id].submit(withSoundWord({ ...asked, sound: soundOf(asked) }, taskProtocols[id].sound), "veo-3.1").json;
};

describe("what the client says of sound", () => {
  test.each<[string, Partial<TaskWish>, boolean | undefined]>([
    ["nothing", {}, undefined], ["a vendor's own word", { extra: { generateAudio: false } }, false], ["as text", { extra: { sound: "on" } }, true],
    ["beside the rest", { native: { generate_audio: true } }, true], ["deeper", { extra: { parameters: { audio: false } } }, false],
    ["a file of sound, which says nothing", { extra: { audio: "https://files.example/a.mp3", input: { audio: { url: "x" } } } }, undefined],
    ["twice the same", { native: { sound: "off" }, extra: { generate_audio: false } }, false],
  ])("%s", (_, said, sound) => {
    expect(soundOf(wish(said))).toBe(sound);
  });

  test("two things are refused: one would be priced and the other made", () => {
    expect(() => soundOf(wish({ extra: { sound: "off", parameters: { audio: true } } }))).toThrow("'audio' and 'sound' say different things");
    expect(() => soundOf(wish({ native: { sound: "on" }, extra: { generate_audio: false } }))).toThrow(expect.objectContaining({ code: "invalid_value" }));
  });

  test("a vendor is told in its own word, and in no other", () => {
    expect(sent("veo-vertex", { generate_audio: false })).toHaveProperty("parameters", { generateAudio: false });
    expect(sent("veo-vertex", {})).toHaveProperty("parameters", { generateAudio: true });
    expect(sent("kling", { generateAudio: true }, { resolution: "pro" })).toMatchObject({ sound: "on", mode: "pro" });
    expect(sent("kling", { generateAudio: true })).not.toHaveProperty("generateAudio");
    expect(sent("kling", {}, { form: "kling", native: { prompt: "waves", enable_audio: false } })).toEqual({ prompt: "waves", sound: "off", model_name: "veo-3.1" });
    expect(sent("ark-task", { sound: "off" })).toMatchObject({ generate_audio: false });
    expect(sent("dashscope-task", { parameters: { sound: "on", watermark: false } })).toMatchObject({ parameters: { audio: true, watermark: false } });
    // Words of vendors that are not known here pass as they are.
    expect(sent("runway", { audio: false })).toMatchObject({ audio: false });
  });

  test("a video sounds as its maker was told, or as it does unasked; elsewhere nobody knows", () => {
    const made = (id: TaskProtocolId, wanted?: boolean): boolean | undefined => soundMade(taskProtocols[id].sound, wanted);
    expect([made("veo-vertex"), made("veo-vertex", false), made("kling"), made("kling", true), made("ark-task"), made("ark-task", false)]).toEqual([true, false, false, true, undefined, false]);
    // The Gemini API knows no way to have it silent.
    expect([made("veo", false), made("runway", false), made("openai-videos", true)]).toEqual([true, undefined, undefined]);
  });
});

describe("what sound costs", () => {
  const price = (items: Readonly<Record<string, number>>) =>
    compilePrice({ versionId: 1n, document: { items: Object.fromEntries(Object.entries(items).map(([item, each]) => [item, String(each)])) }, multipliers: [] }).card(0, 0);
  const paid = (items: Readonly<Record<string, number>>, made: Partial<Made>): bigint => {
    const card = price(items);
    return priceUsage(card, pricedAs(card.prices, madeQuantities({ kind: "video", count: 1, seconds: 1, ...made }))).sumPico;
  };
  const BOTH = { "video_ms:720p-sound": 4, "video_ms:720p-silent": 2, "video_ms:1080p-sound": 6, "video_ms:1080p": 3, video_ms: 1, "video_ms:silent": 9 };

  test.each<[Partial<Made>, bigint]>([
    [{ resolution: "720p", sound: true }, 4_000n], [{ resolution: "720p", sound: false }, 2_000n],
    // Its resolution has a price, sound or not; then any silent one; then any at all.
    [{ resolution: "1080p", sound: false }, 3_000n], [{ resolution: "480p", sound: false }, 9_000n], [{ resolution: "480p", sound: true }, 1_000n], [{ sound: true }, 1_000n], [{ sound: false }, 9_000n],
    // Nobody knows: the price that says nothing of sound.
    [{ resolution: "1080p" }, 3_000n], [{ resolution: "720p" }, 1_000n],
  ])("%j", (made, sum) => {
    expect(paid(BOTH, made)).toBe(sum);
  });

  test("no video is free because its kind was forgotten", () => {
    const halves = { "video_ms:720p-sound": 4, "video_ms:720p-silent": 2 };
    expect(paid(halves, { resolution: "720p" })).toBe(4_000n);
    expect(paid({ "video_ms:720p-sound": 4 }, { resolution: "720p", sound: false })).toBe(4_000n);
    expect(paid({ "video:sound": 7 }, { resolution: "720p", sound: false })).toBe(7n);
    expect(paid({ "video_ms:sound": 5, "video_ms:silent": 3 }, { resolution: "720p", sound: false })).toBe(3_000n);
  });

  test("prices that say nothing of sound are as before", () => {
    for (const sound of [undefined, true, false]) {
      expect(paid({ "video_ms:720p": 2, video_ms: 1 }, { resolution: "720p", sound })).toBe(2_000n);
      expect(paid({ "video_ms:720p": 2, video_ms: 1 }, { resolution: "480p", sound })).toBe(1_000n);
      expect(paid({ video: 5 }, { resolution: "480p", sound, count: 3 })).toBe(15n);
    }
  });

  test("held is what it costs at most", () => {
    const made = { kind: "video", count: 2, seconds: 3, resolution: "720p" } as const;
    const books: readonly Readonly<Record<string, number>>[] = [BOTH, { "video_ms:720p-sound": 4 }, { "video:720p-silent": 8, "video:720p": 5 }, { video_ms: 1 }];
    for (const items of books) {
      const card = price(items), held = priceUsage(card, dearestSound(card.prices, made)).sumPico;
      const each = [undefined, true, false].map((sound) => priceUsage(card, pricedAs(card.prices, madeQuantities({ ...made, sound }))).sumPico);
      expect(held).toBe(each.reduce((most, one) => (one > most ? one : most), pico(0n)));
    }
  });

  test("a resolution is no way to a price by sound", () => {
    expect([resolutionOf("720p-silent", undefined), resolutionOf("silent", undefined), resolutionOf("sound", "1280x720")]).toEqual([undefined, undefined, "720p"]);
  });
});

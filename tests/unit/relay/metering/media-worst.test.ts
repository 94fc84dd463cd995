import { describe, expect, test } from "vitest";
import { pico } from "#money/amount.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { searchUnits, worstOf } from "#relay/metering/media-worst.ts";

const prices = (items: Readonly<Record<string, bigint>>) => Object.fromEntries(Object.entries(items).map(([item, price]) => [item, pico(price)]));
function worst(operation: Operation, body: object, items: Readonly<Record<string, bigint>> = {}, more: object = {}): Record<string, number> {
  const scanned = scanRequest(Buffer.from(JSON.stringify({ model: "m", ...body })), operation);
  return worstOf({ ...scanned.media, ...more }, scanned, prices(items));
}

describe("the most that a request beyond text can use", () => {
  const IMAGES = { "image:1024x1024:standard": 40n, "image:1024x1024:hd": 80n, "image:*:high": 100n, image: 10n };

  test("pictures of a size and quality that were named are held as such", () => {
    expect(worst("images", { prompt: "x", n: 3, size: "1024x1024", quality: "hd" }, IMAGES)).toMatchObject({ "image:1024x1024:hd": 3 });
    expect(worst("images", { prompt: "x", size: "640x640", quality: "low" }, IMAGES)).toMatchObject({ "image:640x640:low": 1 });
  });

  test("what the vendor may choose is held at the dearest", () => {
    expect(worst("images", { prompt: "x", n: 2 }, IMAGES)).toMatchObject({ "image:*:high": 2 });
    expect(worst("images", { prompt: "x", size: "auto", quality: "high" }, IMAGES)).toMatchObject({ "image:1024x1024:high": 1 });
  });

  test("tokens of pictures follow size and quality; the unknown counts as the largest and best", () => {
    expect(worst("images", { prompt: "x", size: "1024x1024", quality: "low" }).output_image).toBe(272);
    expect(worst("images", { prompt: "x", size: "1024x1024", quality: "medium" }).output_image).toBe(1_056);
    expect(worst("images", { prompt: "x", n: 2, partial_images: 3, stream: true }).output_image).toBe(2 * (6_240 + 300));
    expect(worst("image-edits", { prompt: "x", images: [{ image_url: "data:," }, { image_url: "data:," }] }).input_image).toBe(13_000);
  });

  test("speech by its characters, slow speech twice as long", () => {
    expect(worst("speech", { input: "你好 😀!" })).toMatchObject({ char: 5, audio_out_ms: 2_500, output_audio: 53 });
    expect(worst("speech", { input: "Hello", speed: 0.5 })).toMatchObject({ char: 5, audio_out_ms: 5_000 });
  });

  test("recordings by their length", () => {
    expect(worst("transcriptions", { file: "a.mp3" }, {}, { audioMs: 60_000 })).toMatchObject({ audio_in_ms: 60_000, input_audio: 1_200, output: 1_232 });
  });

  test("ranking reads the question once a document", () => {
    expect(worst("rerank", { query: "abcd", documents: ["x", "y", "z"] })).toMatchObject({ search_unit: 1, input: 3 * 6 });
    expect([searchUnits(100, 0), searchUnits(101, 0), searchUnits(1, 50_000)]).toEqual([1, 2, 2]);
  });

  test("verdicts hold nothing beyond their text", () => {
    expect(worst("moderations", { input: ["a", "b"] })).toEqual({});
  });
});

describe("what is refused before anything is held", () => {
  test.each<[Operation, object, string]>([
    ["images", {}, "prompt"], ["images", { prompt: "x", n: 0 }, "n"], ["images", { prompt: "x", n: 200 }, "n"], ["images", { prompt: "x", size: "a b" }, "size"],
    ["images", { prompt: "x", partial_images: 4 }, "partial_images"], ["image-edits", { prompt: "x" }, "image"], ["speech", { input: ["a"] }, "input"], ["speech", {}, "input"],
    ["rerank", { query: "x" }, "documents"], ["rerank", { query: "x", documents: [] }, "documents"], ["rerank", { documents: ["x"] }, "query"],
    ["moderations", {}, "input"], ["moderations", { input: 3 }, "input"], ["transcriptions", {}, "file"],
  ])("%s of %j", (operation, body, param) => {
    expect(() => scanRequest(Buffer.from(JSON.stringify({ model: "m", ...body })), operation)).toThrow(expect.objectContaining({ options: expect.objectContaining({ param }) as unknown }) as Error);
  });
});

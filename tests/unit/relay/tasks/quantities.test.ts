import { expect, test } from "vitest";
import { madeQuantities, mostTokens, ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";

test("a video counts by its milliseconds and by the piece, named by its resolution where that is known", () => {
  expect(madeQuantities({ kind: "video", count: 2, seconds: 4.5, resolution: "720p" })).toEqual({ request: 1, "video_ms:720p": 9_000, "video:720p": 2 });
  expect(madeQuantities({ kind: "video", count: 1, seconds: undefined, tokens: 1_234.2 })).toEqual({ request: 1, video: 1, output: 1_235 });
  expect(madeQuantities({ kind: "image", count: 4 })).toEqual({ request: 1, image: 4 });
  expect(madeQuantities({ kind: "music", count: 1, seconds: 60 })).toEqual({ request: 1 });
});

test.each([
  [undefined, "1280x720", "720p"], [undefined, "720x1280", "720p"], ["1080P", "1280x720", "1080p"], [undefined, "1792*1024", "1024p"], [undefined, "720p", "720p"], ["768", undefined, "768p"],
  [undefined, undefined, undefined], ["<script>", undefined, undefined], [undefined, "big one", undefined],
])("resolution %s of size %s is %s", (resolution, size, expected) => {
  expect(resolutionOf(resolution, size)).toBe(expected);
});

test("the shape of a size in whole numbers", () => {
  expect([ratioOf("1280x720"), ratioOf("720x1280"), ratioOf("1024x1024"), ratioOf("large")]).toEqual(["16:9", "9:16", "1:1", undefined]);
});

test("what is held for a vendor that sells by tokens covers the largest picture when none is named", () => {
  expect(mostTokens({ count: 1, seconds: 5 }, "1280x720")).toBe(108_000);
  expect(mostTokens({ count: 2, seconds: undefined }, undefined)).toBeGreaterThan(2 * mostTokens({ count: 1, seconds: 10 }, "1280x720"));
});

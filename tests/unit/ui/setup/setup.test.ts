import { describe, expect, test } from "vitest";
import { marginOf, times } from "#ui/setup/margin.ts";
import { resumeAt } from "#ui/setup/steps.ts";

describe("the margin of a price", () => {
  test.each([
    [150_000n, 1_300_000, 195_000n],
    [1n, 1_300_000, 2n],
    [150_000n, 0, 0n],
    [2_500_000n, 800_000, 2_000_000n],
  ])("%d times %d millionths is %d, rounded up as it is published", (list, ppm, price) => {
    expect(times(list, ppm)).toBe(price);
  });

  test.each([
    [195_000n, 150_000n, 0.230769],
    [100n, 150n, -0.5],
    [100n, 0n, 1],
    [0n, 0n, undefined],
    [null, 10n, undefined],
    [100n, null, undefined],
  ])("of %s against a cost of %s is %s", (price, cost, margin) => {
    expect(marginOf(price, cost)).toBe(margin);
  });
});

describe("who comes back to the set-up", () => {
  test.each([
    [{ named: false, channelId: null, served: false }, "shop"],
    [{ named: true, channelId: null, served: false }, "vendor"],
    [{ named: true, channelId: "c", served: false }, "prices"],
    [{ named: true, channelId: "c", served: true }, "done"],
  ] as const)("with %o goes on at %s", (facts, step) => {
    expect(resumeAt(facts)).toBe(step);
  });
});

import { describe, expect, test } from "vitest";
import { placeChannel, shareOf, stepOf, tiersOf, type Place, type Placed } from "#ui/channels/arrange.ts";

const at = (...priorities: readonly number[]): Placed[] => priorities.map((priority, index) => ({ id: "abcdef"[index]!, priority, number: index }));
const order = (channels: readonly Placed[]): string => tiersOf(channels).map(({ channels: tier }) => tier.map(({ id }) => id).join("")).join(">");
const placed = (channels: readonly Placed[], id: string, place: Place): Placed[] => {
  const changes = placeChannel(tiersOf(channels), id, place);
  return channels.map((channel) => ({ ...channel, priority: changes.get(channel.id) ?? channel.priority }));
};

test("equal priorities are one tier, the highest first", () => {
  expect(order(at(0, 10, 0, 5))).toBe("b>d>ac");
});

describe("a channel goes", () => {
  test.each([
    ["into another tier", at(20, 10, 0), "c", { tier: 0 }, "ac>b"],
    ["between two", at(20, 10, 0, 0), "c", { gap: 1 }, "a>c>b>d"],
    ["to the top", at(20, 10, 0), "c", { gap: 0 }, "c>a>b"],
    ["to the end", at(20, 10, 0), "a", { gap: 3 }, "b>c>a"],
    ["out of its tier, above it", at(20, 10, 10), "c", { gap: 1 }, "a>c>b"],
    ["out of the only tier", at(0, 0), "b", { gap: 0 }, "b>a"],
    ["to where it stands alone", at(20, 10, 0), "b", { gap: 1 }, "a>b>c"],
    ["to below where it stands alone", at(20, 10, 0), "b", { gap: 2 }, "a>b>c"],
    ["past the tier that it leaves behind empty", at(3, 2, 1), "a", { gap: 2 }, "b>a>c"],
    ["to no tier at all", at(20, 10), "a", { tier: 7 }, "a>b"],
  ] as const)("%s", (_, channels, id, place, expected) => {
    expect(order(placed(channels, id, place))).toBe(expected);
  });

  test("where there is no number between, what lies above makes room and keeps its order; nothing below moves", () => {
    const channels = at(3, 2, 1, 0, 0);
    const changes = placeChannel(tiersOf(channels), "e", { gap: 2 });
    expect(order(placed(channels, "e", { gap: 2 }))).toBe("a>b>e>c>d");
    expect([...changes.keys()].sort()).toEqual(["a", "b", "e"]);
    expect(placeChannel(tiersOf(at(1_000, 2, 1, 0, 0)), "e", { gap: 2 }).has("a")).toBe(false);
  });

  test("and no other channel changes where there is room", () => {
    expect([...placeChannel(tiersOf(at(20, 10, 0)), "c", { gap: 1 })]).toEqual([["c", 15]]);
  });
});

test("stepping up by keyboard passes every place there is, and so down again", () => {
  const seen: string[] = [];
  let channels = at(20, 10, 10);
  for (const direction of [-1, -1, -1, -1, 1, 1, 1, 1, 1, 1] as const) {
    const step = stepOf(tiersOf(channels), "c", direction);
    channels = step ? placed(channels, "c", step) : channels;
    seen.push(order(channels));
  }
  expect(seen).toEqual(["a>c>b", "ac>b", "c>a>b", "c>a>b", "ac>b", "a>c>b", "a>bc", "a>b>c", "a>b>c", "a>b>c"]);
});

test("a tier's requests are shared by weight among those that take any", () => {
  const tier = [{ id: "a", weight: 3, live: true }, { id: "b", weight: 1, live: true }, { id: "c", weight: 4, live: false }];
  expect([shareOf(tier, "a"), shareOf(tier, "b"), shareOf(tier, "c")]).toEqual([0.75, 0.25, undefined]);
  expect(shareOf([{ id: "a", weight: 0, live: true }, { id: "b", weight: 0, live: true }], "a")).toBe(0.5);
});

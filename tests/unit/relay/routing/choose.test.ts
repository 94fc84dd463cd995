import { expect, test } from "vitest";
import { chooseChannel, type Candidate } from "#relay/routing/choose.ts";

const channel = (channelId: string, over: Partial<Candidate> = {}): Candidate => ({ channelId, priority: 0, weight: 1, out: false, ...over });
const a = channel("a"), b = channel("b", { weight: 3 }), low = channel("low", { priority: -1 }), last = channel("last", { weight: 0 });

test.each([
  ["nothing on offer", [], [], 0, undefined],
  ["weight 1 of 4 ends at 0.25", [a, b], [], 0.249, "a"],
  ["the border belongs to the next", [a, b], [], 0.25, "b"],
  ["a tried channel is never asked again", [a, b], ["b"], 0.99, "a"],
  ["one that is out empties its tier", [channel("x", { out: true }), low], [], 0.5, "low"],
  ["the lower tier waits for the higher", [low, a], [], 0.99, "a"],
  ["weight 0 waits for the others of its tier", [last, a], [], 0, "a"],
  ["weight 0 also at the very end of the roll", [a, last], [], 0.999999, "a"],
  ["weight 0 serves when the others are gone", [last, a], ["a"], 0.5, "last"],
  ["weight 0 goes before a lower tier", [last, a, low], ["a"], 0.5, "last"],
  ["all weights zero share evenly", [channel("y", { weight: 0 }), channel("z", { weight: 0 })], [], 0.7, "z"],
  ["all tried", [a], ["a"], 0, undefined],
] as const)("%s", (_name, candidates, tried, roll, expected) => {
  expect(chooseChannel(candidates, new Set<string>(tried), roll)?.channelId).toBe(expected);
});

test("shares follow weights over an even spread of rolls", () => {
  const hits = Array.from({ length: 10_000 }, (_, i) => chooseChannel([a, b], new Set(), i / 10_000)?.channelId);
  expect(hits.filter((id) => id === "b").length).toBe(7_500);
});

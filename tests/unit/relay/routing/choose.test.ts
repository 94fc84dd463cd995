import { expect, test } from "vitest";
import { chooseChannel, type Candidate } from "#relay/routing/choose.ts";
import { seededRandom } from "../../../support/random.ts";

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

/** Chi-square beyond which less than one honest draw in a thousand lies, by degrees of freedom. */
const CRITICAL: Readonly<Record<number, number>> = { 1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47 };

test.each([[[1, 1]], [[3, 1]], [[5, 3, 1, 1]], [[100, 10, 1, 1, 0.5]]])("10^5 draws among weights %j are as they should be", (weights) => {
  const random = seededRandom(20_261_121);
  const candidates = weights.map((weight, i) => channel(`c${i}`, { weight }));
  const hits = weights.map(() => 0), draws = 100_000, total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < draws; i++) hits[Number(chooseChannel(candidates, new Set(), random())!.channelId.slice(1))]! += 1;
  const chiSquare = weights.reduce((sum, weight, i) => sum + (hits[i]! - (draws * weight) / total) ** 2 / ((draws * weight) / total), 0);
  expect(chiSquare).toBeLessThan(CRITICAL[weights.length - 1]!);
});

test("whatever is out or tried, nobody comes twice and nobody that could come is left out", () => {
  const random = seededRandom(7);
  for (let run = 0; run < 500; run++) {
    const candidates = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, i) =>
      channel(`c${i}`, { priority: Math.floor(random() * 3), weight: Math.floor(random() * 4), out: random() < 0.3 }));
    const tried = new Set<string>(), order: Candidate[] = [];
    for (let chosen = chooseChannel(candidates, tried, random()); chosen; chosen = chooseChannel(candidates, tried, random())) {
      expect(tried.has(chosen.channelId)).toBe(false);
      tried.add(chosen.channelId);
      order.push(chosen);
    }
    expect(tried).toEqual(new Set(candidates.filter(({ out }) => !out).map(({ channelId }) => channelId)));
    expect(order.map(({ priority }) => priority)).toEqual(order.map(({ priority }) => priority).toSorted((x, y) => y - x));
  }
});

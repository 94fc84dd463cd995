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

const names = (count: number): readonly string[] => {
  const random = seededRandom(20_261_122);
  return Array.from({ length: count }, () => Buffer.from(Float64Array.of(random(), random()).buffer).toString("base64"));
};
const met = (candidates: readonly Candidate[], name: string, roll: number): string => chooseChannel(candidates, new Set(), roll, undefined, name)!.channelId;

test("by a conversation's name any node finds the same channel, whatever its dice say and in whatever order it knows them", () => {
  const random = seededRandom(3), candidates = [a, b, channel("c", { weight: 2 }), low];
  for (const name of names(1_000)) expect(met(candidates.toReversed(), name, random())).toBe(met(candidates, name, random()));
});

test.each([[[1, 1]], [[3, 1]], [[5, 3, 1, 1]], [[0, 2, 2]]])("conversations spread over weights %j as draws do", (weights) => {
  const candidates = weights.map((weight, i) => channel(`c${i}`, { weight })), total = weights.reduce((sum, weight) => sum + weight, 0), count = 20_000;
  const hits = weights.map(() => 0);
  for (const name of names(count)) hits[Number(met(candidates, name, 0).slice(1))]! += 1;
  const chiSquare = weights.reduce((sum, weight, i) => sum + (weight === 0 ? hits[i]! * 1_000 : (hits[i]! - (count * weight) / total) ** 2 / ((count * weight) / total)), 0);
  expect(chiSquare).toBeLessThan(CRITICAL[weights.length - 1]!);
});

test("a channel that dies moves its own conversations only, and evenly; one that comes back gets the same ones again", () => {
  const all = ["c0", "c1", "c2", "c3"].map((id) => channel(id)), dead = all.map((each) => (each.channelId === "c2" ? { ...each, out: true } : each));
  const moved = new Map<string, number>();
  for (const name of names(8_000)) {
    const before = met(all, name, 0), after = met(dead, name, 0);
    if (before !== "c2") expect(after).toBe(before);
    else moved.set(after, (moved.get(after) ?? 0) + 1);
  }
  const counts = [...moved.values()], sum = counts.reduce((total, count) => total + count, 0);
  expect(sum).toBeGreaterThan(1_850);
  expect(sum).toBeLessThan(2_150);
  expect([...moved.keys()].toSorted()).toEqual(["c0", "c1", "c3"]);
  for (const count of counts) expect(Math.abs(count - sum / 3)).toBeLessThan(90);
});

test("who has served a conversation goes before who is found by its name, as long as he may be asked", () => {
  for (const name of names(50)) {
    expect(chooseChannel([a, b], new Set(), 0, "a", name)?.channelId).toBe("a");
    expect(chooseChannel([a, b], new Set(["a"]), 0, "a", name)?.channelId).toBe("b");
  }
});

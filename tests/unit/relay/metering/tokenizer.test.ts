import { getEncoding } from "js-tiktoken";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { afterAll, expect, test, vi } from "vitest";
import { Bpe } from "#relay/metering/bpe.ts";
import { estimateTokens } from "#relay/metering/estimate.ts";
import { createTokenizer } from "#relay/metering/tokenizer.ts";
import { seededRandom } from "../../../support/random.ts";

const tokenizer = createTokenizer();
afterAll(() => tokenizer.close());

test.each([["o200k_base", o200k], ["cl100k_base", cl100k]] as const)("%s counts as js-tiktoken does", (name, ranks) => {
  const bpe = new Bpe(ranks);
  const reference = getEncoding(name);
  const random = seededRandom(3);
  const words = ["hello", " world", "你好", "的", "😀", "\n\n", "  ", "const x = 1;", "é", "123456", "'s", "aaaa", "\u0000", "Straße", "–"];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: Math.floor(random() * 30) }, () => words[Math.floor(random() * words.length)]).join("");
    if (bpe.count(text) !== reference.encode(text, [], []).length) expect(text).toBe("counted alike");
  }
});

test("a million times one letter is counted in time that a queue can bear", () => {
  const started = performance.now();
  expect(new Bpe(o200k).count("a".repeat(1_200_000))).toBeGreaterThan(100_000);
  expect(performance.now() - started).toBeLessThan(15_000);
});

test("the worker counts several texts, by the model's encoding", async () => {
  const texts = ["Hello, wonderful world!", "你好世界"];
  const reference = (name: "o200k_base" | "cl100k_base"): number => texts.reduce((sum, text) => sum + getEncoding(name).encode(text).length, 0);
  expect(await tokenizer.count(texts, "openai/gpt-4o-mini")).toBe(reference("o200k_base"));
  expect(await tokenizer.count(texts, "gpt-4-turbo")).toBe(reference("cl100k_base"));
});

test("a full queue and a closed tokenizer give undefined, never an error", async () => {
  const small = createTokenizer();
  const counts = Array.from({ length: 1_001 }, () => small.count(["a"], "m"));
  expect(await counts.at(-1)).toBeUndefined();
  await small.close();
  expect(await counts[0]).toBeUndefined();
  expect(await small.count(["a"], "m")).toBeUndefined();
});

test.each([[0, 0, 0], [4, 0, 1], [5, 0, 2], [9, 3, 2], [13, 3, 3]])("%d bytes with %d CJK characters are about %d tokens", (bytes, cjk, expected) => {
  expect(estimateTokens(bytes, cjk)).toBe(expected);
});

test("a thread that counts nothing for a while ends, and begins again with the next count", async () => {
  const restful = createTokenizer({ idleMs: 20 });
  try {
    expect(restful.running).toBe(false);
    for (let round = 0; round < 2; round++) {
      expect(await restful.count(["hello world"], "gpt-4o")).toBe(2);
      await vi.waitUntil(() => !restful.running, { timeout: 15_000 });
    }
  } finally {
    await restful.close();
  }
});

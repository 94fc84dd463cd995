import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { GuideText } from "#ui/storefront/docs/blocks.ts";
import { absoluteLinks, guideMarkdown } from "#ui/storefront/docs/guide-markdown.ts";
import { GUIDES } from "#ui/storefront/docs/guides.ts";
import { mdFence, mdTable, mdText } from "#ui/storefront/markdown.ts";

const messages = path.resolve(import.meta.dirname, "../../../../src/ui/messages");
const read = (locale: string, file: string): Record<string, GuideText> => JSON.parse(readFileSync(path.join(messages, locale, `docs-${file}.json`), "utf8")) as Record<string, GuideText>;
const context = { base: "https://api.shop.example", model: "gpt-5", embedding: "embed-1", shop: "灯塔 Shop", key: "SHOP_KEY" };
const words = { code: "Code", status: "Status", meaning: "Meaning", retry: "Again", yes: "Yes", no: "No", format: "Format", address: "Address", loss: "Loss", field: "Field", happens: "What happens" };
const live = { offered: new Set(["chat"] as const), errors: [{ code: "insufficient_quota", status: 402, retry: false, texts: ["a | b"] }], losses: [{ code: "seed_dropped", field: "seed", text: "No seed." }], free: ["Empty replies"], memory: ["Nothing is kept"], words };

test.each(["en", "zh"])("every guide in %s becomes one document: a title, nothing unfilled, every address in full", (locale) => {
  for (const { slug, file } of GUIDES) {
    const guide = read(locale, file)[slug]!;
    const text = guideMarkdown(guide, context, { base: context.base, locale }, live);
    expect([slug, text.split("\n")[0]]).toEqual([slug, `# ${guide.title}`]);
    expect([slug, /\{(?:base|model|embedding|shop|key)\}/.exec(text)?.[0]]).toEqual([slug, undefined]);
    expect([slug, /\]\(\/[^)]*\)/.exec(text)?.[0]]).toEqual([slug, undefined]);
    expect([slug, text.match(/^```/gm)?.length ?? 0].map((value) => (typeof value === "number" ? value % 2 : value))).toEqual([slug, 0]);
    for (const block of guide.blocks) if ("h" in block) expect(text).toContain("\n## ");
  }
});

test("a guide leads on to twins, and to other pages in its language", () => {
  const where = { base: "https://a.example", locale: "zh" };
  expect(absoluteLinks("[a](/docs/errors#s2) [b](/pricing) [c](/console/keys) [d](https://x.example/docs)", where))
    .toBe("[a](https://a.example/zh/docs/errors.md) [b](https://a.example/zh/pricing) [c](https://a.example/console/keys) [d](https://x.example/docs)");
});

test("what people typed cannot break out of its place", () => {
  expect(mdTable(["a", "b"], [["1 | 2", "x\ny"]])).toBe("| a | b |\n| --- | --- |\n| 1 \\| 2 | x y |");
  expect(mdText("# <b>*x*</b>\n[y](z) |")).toBe("\\# \\<b\\>\\*x\\*\\</b\\> \\[y\\](z) \\|");
  expect(mdFence("a\n```\nb\n", "text")).toBe("````\na\n```\nb\n````");
  expect(mdFence("x", "python")).toBe("```python\nx\n```");
});

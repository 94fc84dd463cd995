import { expect, test } from "vitest";
import { atomFeed, xmlText } from "#ui/storefront/feed.ts";
import { priceChangeText } from "#ui/storefront/price-change-text.ts";

const units = { tokens: "$ per 1M tokens", characters: "$ per 1M characters", second: "$ per second", calls: "$ per 1K", piece: "$ each" };
const words = { items: { input: "Input", output: "Output", image: "Image" }, units, first: "First price", same: "Tiers or hours changed" };

test("text cannot become markup, nor hold what XML forbids", () => {
  expect(xmlText(`<a b="c">&'\u0000\u0007\ud800 模型 😀`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&apos; 模型 😀");
});

test("an entry each, and the newest time as the feed's own", () => {
  const entry = { id: "urn:1", title: "<img onerror>", text: "a & b", href: "https://shop.example/en", at: new Date("2026-11-02T10:00:00Z") };
  const xml = atomFeed({ id: "urn:f", title: "Shop", self: "https://shop.example/f", home: "https://shop.example", lang: "en", author: "Shop", entries: [entry, { ...entry, id: "urn:2", at: new Date("2026-11-21T10:00:00Z") }] });
  expect(xml.match(/<entry>/g)).toHaveLength(2);
  expect(xml).toContain("  <updated>2026-11-21T10:00:00.000Z</updated>\n  <author>");
  expect(xml).toContain("<title>&lt;img onerror&gt;</title>");
});

test.each([
  ["a first price", { items: { input: "3000000" } }, undefined, "First price\nInput: 3.00 ($ per 1M tokens)"],
  ["a change", { items: { input: "2500000", output: "5000000" } }, { items: { input: "3000000", output: "5000000" } }, "Input: 3.00 → 2.50 ($ per 1M tokens)"],
  ["a bucket that came", { items: { input: "1", "image:1024x1024:high": "40000000000" } }, { items: { input: "1" } }, "Image 1024×1024, high: — → 0.04 ($ each)"],
  ["other tiers", { items: { input: "1" }, tiers: [] }, { items: { input: "1" } }, "Tiers or hours changed"],
])("%s in words", (_name, document, before, text) => {
  expect(priceChangeText({ document, before }, words)).toBe(text);
});

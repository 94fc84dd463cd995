import { expect, test } from "vitest";
import { adjustBrand, brandCss } from "#ui/theme/brand.ts";
import { contrast, linearToOklch, parseHex } from "#ui/theme/oklch.ts";

const GIVEN = ["#2b5bd1", "#ffcc00", "#00ff7f", "#e11d48", "#000000", "#ffffff", "#7f7f7f", "#0ff", "#1a0033", "#ff6a00", "#663399"];
const GROUNDS = { light: ["#ffffff", "#f9fafb"], dark: ["#14161b", "#0c0d11"] } as const;

test.each(GIVEN)("%s becomes readable in both modes", (given) => {
  const brand = adjustBrand(given);
  for (const mode of ["light", "dark"] as const) {
    const { accent, text, soft } = brand[mode];
    expect(contrast(accent, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    for (const ground of [...GROUNDS[mode], soft]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
  }
});

test.each(GIVEN.filter((given) => !["#000000", "#ffffff", "#7f7f7f"].includes(given)))("%s keeps its hue", (given) => {
  const before = linearToOklch(parseHex(given)).h;
  const { light, dark } = adjustBrand(given);
  for (const made of [light.accent, light.text, dark.accent, dark.text]) {
    const { h, c } = linearToOklch(parseHex(made));
    const turn = Math.abs(((h - before + 540) % 360) - 180);
    // Near black and white a hue of eight bits a channel is coarse.
    if (c > 0.03) expect(turn).toBeLessThan(4);
  }
});

test("a colour that is good already stays as it is", () => {
  const { light } = adjustBrand("#2b5bd1");
  expect(light.accent).toBe("#2b5bd1");
  expect(light.text).toBe("#2b5bd1");
});

test("the rule replaces the three colours, and what is no colour makes no rule", () => {
  expect(brandCss("#e11d48")).toMatch(/^:root\{--color-accent:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\);--color-accent-text:light-dark\(.+\);--color-accent-soft:light-dark\(.+\)\}$/);
  for (const wrong of ["red", "", "#12", "#12345g", "#fff;}body{display:none}"]) expect(brandCss(wrong)).toBeUndefined();
});

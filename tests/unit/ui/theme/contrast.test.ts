import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { contrast, oklchToHex } from "#ui/theme/oklch.ts";

/** The colours as they stand in the style sheet; a change there that makes something unreadable fails here. */

const css = readFileSync(path.resolve(import.meta.dirname, "../../../../src/ui/theme/globals.css"), "utf8");
const MODES = ["light", "dark"] as const;

const hex = (colour: string): string => {
  const [, l, c, h] = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(colour.trim()) ?? [];
  return l === undefined ? colour.trim() : oklchToHex({ l: Number(l), c: Number(c), h: Number(h) });
};
const tokens = new Map([...css.matchAll(/--color-([\w-]+): light-dark\(((?:oklch\([^)]*\)|#\w+)), ((?:oklch\([^)]*\)|#\w+))\);/g)].map(([, name = "", light = "", dark = ""]) => [name, { light: hex(light), dark: hex(dark) }]));
const of = (name: string, mode: (typeof MODES)[number]): string => {
  if (name === "white") return "#ffffff";
  const found = tokens.get(name);
  if (!found) throw new Error(`no colour ${name}`);
  return found[mode];
};

const GROUNDS = ["canvas", "surface", "muted"];
const TONES = ["ok", "warn", "bad", "info"];
const CHARTS = Array.from({ length: 8 }, (_, i) => `chart-${i + 1}`);

/** What stands on what, and how readable it has to be: text 4.5, outlines and shapes 3 (chart colours 3.5, as they are thin). */
const pairs: readonly (readonly [fore: string, ground: string, least: number])[] = [
  ...GROUNDS.flatMap((ground) => ["fg", "fg-2", "fg-3"].map((fore) => [fore, ground, 4.5] as const)),
  ...["canvas", "surface"].map((ground) => ["control", ground, 3] as const),
  ...["canvas", "surface", "accent-soft"].map((ground) => ["accent-text", ground, 4.5] as const),
  ["white", "accent", 4.5], ["white", "bad-fill", 4.5],
  ["accent", "canvas", 3], ["accent", "surface", 3],
  ...TONES.flatMap((tone) => ["canvas", "surface", `${tone}-soft`].map((ground) => [tone, ground, 4.5] as const)),
  ...[...TONES, "accent"].flatMap((tone) => ["fg", "fg-2"].map((fore) => [fore, `${tone}-soft`, 4.5] as const)),
  ...CHARTS.map((chart) => [chart, "surface", 3.4] as const),
];

test("every colour of the style sheet has been read", () => {
  expect([...tokens.keys()].length).toBe([...css.matchAll(/--color-[\w-]+: light-dark\(/g)].length);
  expect(tokens.size).toBeGreaterThan(25);
});

test.each(MODES)("in %s mode, text is readable and outlines are seen on what they stand on", (mode) => {
  const weak = pairs.map(([fore, ground, least]) => ({ pair: `${fore} on ${ground}`, ratio: contrast(of(fore, mode), of(ground, mode)), least })).filter(({ ratio, least }) => ratio < least);
  expect(weak).toEqual([]);
});

test("contrast agrees with known pairs", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(contrast("#fff", "#FFFFFF")).toBe(1);
});

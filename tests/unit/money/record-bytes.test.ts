import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { RecordBytes } from "#money/record-bytes.ts";

const TEXTS = ["", "plain", "with \"quotes\" and \\", "line\nbreak\u0000", "\u007f", "größe 你好 🙂", "\ud83d lone", "x".repeat(70_000), "長".repeat(30_000)];

const lines = (bytes: Buffer): readonly (readonly [sum: string, json: string])[] =>
  bytes.toString("utf8").split("\n").slice(0, -1).map((line) => [line.slice(0, 8), line.slice(9)]);

test("texts are what JSON makes of them, every line has the sum of its bytes, and memory grows as it must", () => {
  const out = new RecordBytes(16);
  for (const text of TEXTS) out.line((to, value) => void to.pair('{"a":', value, (it) => JSON.stringify(it)).pair(',"b":', JSON.stringify(value)).text("}"), text);
  const found = lines(out.take());
  expect(found.map(([, json]) => JSON.parse(json) as unknown)).toEqual(TEXTS.map((text) => ({ a: text, b: text })));
  expect(found.map(([sum]) => sum)).toEqual(found.map(([, json]) => crc32(json).toString(16).padStart(8, "0")));
  expect(out.empty).toBe(true);
});

test("a line whose writing fails is none, and those around it stand", () => {
  const out = new RecordBytes(16);
  out.line((to) => void to.text("1"), undefined);
  expect(() => out.line((to) => {
    to.text("half of ").pair("it", "");
    throw new Error("no");
  }, undefined)).toThrow("no");
  out.line((to) => void to.text("2"), undefined);
  expect(lines(out.take()).map(([, json]) => json)).toEqual(["1", "2"]);
  out.line((to) => void to.text("3"), undefined);
  expect(lines(out.take()).map(([, json]) => json)).toEqual(["3"]);
});

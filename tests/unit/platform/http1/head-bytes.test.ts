import { describe, expect, test } from "vitest";
import { HeadBytes } from "#platform/http1/head-bytes.ts";

const written = (write: (out: HeadBytes) => void): string => {
  const out = new HeadBytes();
  out.begin();
  write(out);
  return out.end().toString("latin1");
};

test("a header stands in a line of its own", () => {
  expect(written((out) => {
    out.add("GET / HTTP/1.1\r\n");
    out.header("x-name", "Müller\t1");
    out.header("empty", "");
  })).toBe("GET / HTTP/1.1\r\nx-name: Müller\t1\r\nempty: \r\n");
});

test("one head follows the other, also one that takes more room than any before", () => {
  const out = new HeadBytes();
  for (const length of [10, 9_000, 3]) {
    out.begin();
    out.header("a", "v".repeat(length));
    expect(out.end().toString()).toBe(`a: ${"v".repeat(length)}\r\n`);
  }
});

describe("what could be taken for the value's end, or cannot be said in one byte, is refused", () => {
  test.each(["a\r\nx: 1", "a\nb", "a\rb", "a\0", "\x7f", "\x1b[0m", "你", "a\u0100"])("%j", (value) => {
    expect(() => written((out) => out.header("x", value))).toThrow(new TypeError("The header x has a value that cannot be sent."));
  });
});

test("after a refused value the next head is sound", () => {
  const out = new HeadBytes();
  out.begin();
  expect(() => out.header("x", "\n")).toThrow(TypeError);
  out.begin();
  out.header("y", "1");
  expect(out.end().toString()).toBe("y: 1\r\n");
});

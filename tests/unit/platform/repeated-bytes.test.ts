import { expect, test } from "vitest";
import { RepeatedBytes } from "#platform/repeated-bytes.ts";

/** Numbers that come again in the same order. */
function sequence(): (below: number) => number {
  let seed = 7;
  return (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
}

const VALUES = ["", "a", "bc", "bd", "größe", "你好", "\ud83d lone", "🙂", "x".repeat(39), "x".repeat(41), "長".repeat(60), "y".repeat(5_000)];
const upper = (value: string): string => `<${value.toUpperCase()}>`;

test.each([["", ""], [": ", "\r\n"]])("whatever the text before said, the next one says what it is told (%j, %j)", (between, after) => {
  const random = sequence(), out = new RepeatedBytes({ encoding: "utf8", between, after });
  for (let i = 0; i < 5_000; i++) {
    out.begin();
    let expected = "";
    for (let n = random(7); n > 0; n--) {
      const label = `n${random(3)}`, value = VALUES[random(random(10) === 0 ? VALUES.length : 8)]!, kind = random(10);
      if (kind < 2) out.text(label);
      else if (kind < 5) out.pair(`${label}^`, value, upper);
      else out.pair(label, value);
      expected += kind < 2 ? label : kind < 5 ? `${label}^${between}${upper(value)}${after}` : label + between + value + after;
    }
    if (random(10) > 0) expect(out.end().equals(Buffer.from(expected)), `text ${i}`).toBe(true); // now and then one is given up
  }
});

test("what is refused is not written, and what stood before it stands", () => {
  const random = sequence();
  const out = new RepeatedBytes({ encoding: "latin1", check: (label, value) => {
    if (value === "bad") throw new Error(`${label} is bad`);
  } });
  for (let i = 0; i < 500; i++) {
    out.begin();
    let expected = "";
    for (let n = random(5); n > 0; n--) {
      const label = `l${random(2)}`, value = ["", "x", "yy", "\u00e9", "bad"][random(5)]!;
      if (value === "bad") expect(() => out.pair(label, value)).toThrow(`${label} is bad`);
      else {
        out.pair(label, value);
        expected += label + value;
      }
    }
    expect(out.end().toString("latin1")).toBe(expected);
  }
});

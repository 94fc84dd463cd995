import { expect, test } from "vitest";
import { tableSizes } from "#ui/health/table-sizes.ts";

const part = (parent: string, month: string, bytes: bigint) => ({ name: `${parent}_${month}`, parent, bytes, rows: null });

test("months stand among the tables by size, and those to come are counted only", () => {
  const { lines, monthsAhead, lastMonth } = tableSizes(
    [{ name: "users", bytes: 5n, rows: 2n }, { name: "orders", bytes: 90n, rows: 7n }],
    [part("charges", "2026_10", 3n), part("charges", "2026_11", 60n), part("charges", "2026_12", 1n), part("charges", "2027_01", 1n), part("attempts", "2026_12", 1n), part("attempts", "2027_01", 1n)],
    "2026-11",
  );
  expect(lines.map(({ name, month }) => [name, month])).toEqual([["orders", null], ["charges", "2026-11"], ["users", null], ["charges", "2026-10"]]);
  expect([monthsAhead, lastMonth]).toEqual([2, "2027-01"]);
});

test("a partition that is no month is a table like others", () => {
  expect(tableSizes([], [{ name: "attempts_rest", parent: "attempts", bytes: 1n, rows: 4n }], "2026-11")).toEqual({
    lines: [{ key: "attempts_rest", name: "attempts_rest", month: null, bytes: 1n, rows: 4n }], monthsAhead: 0, lastMonth: null,
  });
});

import { expect, test } from "vitest";
import { parseMargin, parseUsd } from "#ui/prices/price-math.ts";
import { withItems, type Drafts, type SheetRow } from "#ui/prices/sheet-drafts.ts";
import { begin, redo, step, undo } from "#ui/prices/sheet-history.ts";
import { isRange, spreadCells } from "#ui/prices/spread-cells.ts";

test("steps are taken back and done again; a number typed digit by digit is one of them", () => {
  const typed = step(step(step(step(begin("0"), "1", "a"), "12", "a"), "12x", "b"), "filled");
  expect(typed.past).toEqual(["0", "12", "12x"]);
  const back = undo(undo(typed));
  expect([back.now, redo(back).now, redo(redo(back)).now, redo(redo(redo(back))).now]).toEqual(["12", "12x", "filled", "filled"]);
  expect(undo(undo(back)).now).toBe("0");
  expect(step(back, "other", "b").future).toEqual([]);
  // after an undo the same cell begins a step of its own
  expect(undo(step(undo(step(step(begin("0"), "1", "a"), "2", "b")), "3", "a")).now).toBe("1");
});

const rows = ["m1", "m2", "m3"].map((row) => ({ row, items: ["input", "cache_read", "output"], before: { input: 2_000_000n } }));

test("a copied range is laid onto the sheet from one cell on, empty cells leave what is there", () => {
  expect(spreadCells("1\t\t2\r\n\t0.1\t\r\n", rows, "usd")).toEqual({ bad: 0, beyond: 0, changes: [{ row: "m1", items: { input: 1_000_000n, output: 2_000_000n } }, { row: "m2", items: { cache_read: 100_000n } }] });
});

test("what is no price or falls off the sheet is counted", () => {
  expect(spreadCells("1\tx\t3\t4\n1\n1\n1\t2", rows, "usd")).toMatchObject({ bad: 1, beyond: 3, changes: [{ items: { input: 1_000_000n, output: 3_000_000n } }, {}, {}] });
});

test("ratios of a range count from the input in the same row", () => {
  expect(spreadCells("1.5\t0.1\t4", rows, "ratio").changes).toEqual([{ row: "m1", items: { input: 3_000_000n, cache_read: 300_000n, output: 12_000_000n } }]);
});

test("one cell with the line end that spreadsheets add is no range", () => {
  expect([isRange("3.5\r\n"), isRange("3.5\t4"), isRange("3\n4")]).toEqual([false, true, true]);
});

test("several buckets of a row, set to what is in force again, are no draft", () => {
  const row: SheetRow = { id: "m", slug: "m", prices: { input: 1n, output: 2n }, lowestPpm: null, costs: [], month: { input: 0n, output: 0n, soldNano: null } };
  const none: Drafts<SheetRow> = new Map();
  const drafts = withItems(none, row, { input: 5n, output: 6n, cache_read: 1n });
  expect(drafts.get("m")!.items).toEqual({ input: 5n, output: 6n, cache_read: 1n });
  expect(withItems(withItems(none, row, { input: 5n }), row, { input: 1n, output: 2n }).size).toBe(0);
});

test.each([["0,15", "form"], ["1,25", "form"], ["1,250", 1_250_000_000n], ["12,345.5", 12_345_500_000n]])("the price %j is %s, never a decimal comma taken for none", (text, expected) => {
  const read = parseUsd(text);
  expect("pico" in read ? read.pico : read.problem).toBe(expected);
});

test.each([["30", 300_000], ["12.5", 125_000], ["0", 0], ["99.9999", 999_999], ["100", undefined], ["-1", undefined], ["", undefined], ["1.23456", undefined]])("a margin of %j %% is %s", (text, ppm) => {
  expect(parseMargin(text)).toBe(ppm);
});

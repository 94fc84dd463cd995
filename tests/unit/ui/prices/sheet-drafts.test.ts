import { describe, expect, test } from "vitest";
import { changedItems, lowestMargin, monthEffect, withCell, type Drafts, type SheetRow } from "#ui/prices/sheet-drafts.ts";

const row: SheetRow = {
  id: "m", slug: "gpt", prices: { input: 3_000_000n, output: 15_000_000n }, lowestPpm: 200_000,
  costs: [{ item: "input", dearest: 2_400_000n }, { item: "output", dearest: 13_500_000n }],
  month: { input: 1_000n, output: 200n, soldNano: 6_000n },
};
const none: Drafts<SheetRow> = new Map();

describe("prices typed on the sheet", () => {
  test("a cell that is typed back to what is in force is no change", () => {
    const typed = withCell(none, row, "output", { pico: 16_000_000n });
    expect(changedItems(typed.get("m")!.items, row.prices)).toEqual(["output"]);
    expect(withCell(typed, row, "output", { pico: 15_000_000n }).size).toBe(0);
    expect(none.size).toBe(0);
  });

  test("an emptied cell takes the bucket away, a bad one keeps the price and stops the rest", () => {
    expect(changedItems(withCell(none, row, "output", { pico: undefined }).get("m")!.items, row.prices)).toEqual(["output"]);
    const bad = withCell(none, row, "input", "bad").get("m")!;
    expect([bad.items, [...bad.bad]]).toEqual([row.prices, ["input"]]);
    expect(withCell(withCell(none, row, "input", "bad"), row, "input", { pico: 3_000_000n }).size).toBe(0);
  });

  test("a draft stays against the row that it was begun on", () => {
    const typed = withCell(none, row, "output", { pico: 16_000_000n });
    const later = { ...row, prices: { input: 1n } };
    expect(withCell(typed, later, "input", { pico: 4_000_000n }).get("m")!.base).toBe(row);
  });

  test.each([
    [1_000_000, { input: 3_000_000n, output: 15_000_000n }, 100_000],
    [900_000, { input: 3_000_000n, output: 15_000_000n }, 0],
    [1_000_000, { input: 2_000_000n, output: 30_000_000n }, -200_000],
    [1_000_000, { input: 3_000_000n }, 200_000],
    [1_000_000, {}, null],
  ])("with the cheapest group at %d the worst bucket of %o leaves %s", (least, items, margin) => {
    expect(lowestMargin(items, row.costs, least)).toBe(margin);
  });

  test("the month's effect goes by what the month sold", () => {
    expect(monthEffect(row, row.prices)).toBe(0n);
    expect(monthEffect(row, { input: 6_000_000n, output: 30_000_000n })).toBe(6_000n);
    expect(monthEffect(row, { input: 3_000_000n, output: 0n })).toBe(-3_000n);
    expect(monthEffect({ ...row, month: { input: 0n, output: 0n, soldNano: 0n } }, {})).toBe(0n);
  });
});

import { describe, expect, test } from "vitest";
import { bonusProblem, bonusRows, bonusValue } from "#ui/settings-admin/bonus-table.ts";
import { textOf } from "#ui/settings-admin/setting-types.ts";

describe("the bonus table", () => {
  test("is read in the order of amounts and written as it was", () => {
    const stored = { "200": 10, "50": 5, "99.5": 7.5 };
    const rows = bonusRows(stored);
    expect(rows.map(({ from }) => from)).toEqual(["50", "99.5", "200"]);
    expect(bonusValue(rows)).toEqual(stored);
    expect(textOf(stored)).toBe("$50: +5%, $99.5: +7.5%, $200: +10%");
    expect(textOf({})).toBe("");
  });

  test.each([
    [{ from: "", percent: "5" }, "amount"],
    [{ from: "-1", percent: "5" }, "amount"],
    [{ from: "10.123", percent: "5" }, "amount"],
    [{ from: "10", percent: "" }, "percent"],
    [{ from: "10", percent: "1001" }, "percent"],
    [{ from: "10", percent: "five" }, "percent"],
    [{ from: "50.00", percent: "5" }, "twice"],
    [{ from: "10", percent: "0" }, undefined],
  ] as const)("%o: %s", (row, problem) => {
    const rows = [{ from: "50", percent: "5" }, row];
    expect(bonusProblem(rows, 1)).toBe(problem);
    expect(bonusValue(rows) === undefined).toBe(problem !== undefined);
  });
});

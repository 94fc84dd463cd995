import { expect, test } from "vitest";
import { sparkPath } from "#ui/charts/spark-path.ts";
import { advanced, previousOf } from "#ui/kit/cursor-trail.ts";
import { allParameters, isSet, joinValues, parametersOf, rangeText, splitValues, valueText, type FilterDef } from "#ui/kit/filter-types.ts";
import { afterToggle, afterToggleAll, shownState } from "#ui/kit/table-selection.ts";

const filters: readonly FilterDef[] = [
  { key: "model", label: "Model", kind: "multi", options: [{ value: "a", label: "Model A" }, { value: "b", label: "Model B" }] },
  { key: "cost", label: "Cost", kind: "amount" },
  { key: "range", label: "Range", kind: "date-range" },
  { key: "status", label: "Status", kind: "select", options: [{ value: "ok", label: "OK" }] },
];
const [model, cost, range, status] = filters as [FilterDef, FilterDef, FilterDef, FilterDef];

test("each filter owns its parameters of the address", () => {
  expect(allParameters(filters)).toEqual(["q", "model", "cost_gt", "cost_lt", "from", "to", "status"]);
  expect(parametersOf(cost)).toEqual(["cost_gt", "cost_lt"]);
  expect([isSet(cost, { cost_lt: "1" }), isSet(cost, { cost: "1" }), isSet(range, { to: "x" }), isSet(status, {})]).toEqual([true, false, true, false]);
});

test.each([
  [model, { model: "a" }, "Model A"], [model, { model: "a,b,c,d" }, "Model A, Model B +2"], [model, { model: "a,," }, "Model A"],
  [cost, { cost_gt: "0.01" }, "> $0.01"], [cost, { cost_gt: "0.01", cost_lt: "2" }, "> $0.01 < $2"], [status, { status: "ok" }, "OK"], [status, { status: "odd" }, "odd"],
] as const)("a chip says what is filtered (%#)", (filter, values, text) => expect(valueText(filter, values)).toBe(text));

test("lists survive the address", () => {
  expect([splitValues(joinValues(["x", "y"]) ?? ""), joinValues([]), splitValues(undefined)]).toEqual([["x", "y"], null, []]);
});

test("a range of days names its last day, not the midnight after it", () => {
  expect(rangeText(new Date("2026-10-31T23:00:00Z"), new Date("2026-11-07T23:00:00Z"), "Europe/Berlin")).toBe("2026-11-01 – 2026-11-07");
  expect(rangeText(new Date("2026-10-31T23:00:00Z"), new Date("2026-11-01T23:00:00Z"), "Europe/Berlin")).toBe("2026-11-01");
});

test("pages are left the way they were come to", () => {
  const second = advanced([], null, "c1");
  const third = advanced(second, "c1", "c2");
  expect([second, third]).toEqual([["c1"], ["c1", "c2"]]);
  expect([previousOf(third, "c2"), previousOf(third, "c1"), previousOf(third, null)]).toEqual(["c1", null, null]);
});

test("a page opened from a link leads back to the first; the browser's own back cuts the trail", () => {
  expect(previousOf([], "shared")).toBeNull();
  expect(advanced([], "shared", "next")).toEqual(["shared", "next"]);
  expect(advanced(["c1", "c2", "c3"], "c1", "c2b")).toEqual(["c1", "c2b"]);
  expect(advanced(["c1", "c2"], null, "c1b")).toEqual(["c1b"]);
});

const keys = ["a", "b", "c", "d"];

test("shift selects or clears what lies between", () => {
  expect([...afterToggle(new Set(), keys, "c", undefined, true)]).toEqual(["c"]);
  expect([...afterToggle(new Set(["a"]), keys, "c", "a", true)]).toEqual(["a", "b", "c"]);
  expect([...afterToggle(new Set(keys), keys, "b", "d", true)]).toEqual(["a"]);
  expect([...afterToggle(new Set(["x"]), keys, "b", "gone", true)]).toEqual(["x", "b"]);
  expect([...afterToggle(new Set(["b"]), keys, "b", "a", false)]).toEqual([]);
});

test("the box in the head minds the rows shown and no others", () => {
  expect([shownState(new Set(), keys), shownState(new Set(["a", "x"]), keys), shownState(new Set(keys), keys)]).toEqual(["none", "some", "all"]);
  expect([...afterToggleAll(new Set(["x", "a"]), keys)].sort()).toEqual(["a", "b", "c", "d", "x"]);
  expect([...afterToggleAll(new Set(["x", ...keys]), keys)]).toEqual(["x"]);
});

test.each([
  [[0, 10], "M1 15L47 1"], [[5, 5, 5], "M1 8L24 8L47 8"], [[1, null, 3], "M1 15h0M47 1h0"], [[null, null], ""], [[], ""], [[7], "M24 8h0"], [[0, Number.NaN, 4, 8], "M1 15h0M31.67 8L47 1"],
] as const)("a sparkline of %j", (values, path) => expect(sparkPath(values, 48, 16)).toBe(path));

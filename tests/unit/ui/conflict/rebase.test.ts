import { expect, test } from "vitest";
import { fieldText } from "#ui/conflict/field-text.ts";
import { contested, differing, rebase } from "#ui/conflict/rebase.ts";

const was = { name: "a", priority: 1, limits: { rpm: 5 }, price: 3n as bigint | undefined };

test("fields that only one has changed are kept from both; one that both changed goes to whom it is given", () => {
  const now = { ...was, priority: 2, limits: { rpm: 9 } };
  const mine = { ...was, priority: 7, name: "b" };
  expect(contested({ was, now, mine })).toEqual(["priority"]);
  expect(rebase({ was, now, mine }, "theirs")).toEqual({ ...was, name: "b", priority: 2, limits: { rpm: 9 } });
  expect(rebase({ was, now, mine }, "mine")).toEqual({ ...was, name: "b", priority: 7, limits: { rpm: 9 } });
});

test("the same change on both sides is no contest, and what is taken away stays away", () => {
  const now = { ...was, priority: 2 };
  const { price: _price, ...mine } = { ...was, priority: 2 };
  expect(contested({ was, now, mine: mine as typeof was })).toEqual([]);
  expect(Object.keys(rebase({ was, now, mine: mine as typeof was }, "theirs"))).not.toContain("price");
  expect(differing(was, { ...was, price: 4n })).toEqual(["price"]);
});

test("values read as one line", () => {
  expect([fieldText(["a", "b"]), fieldText({ rpm: 60, tpm: undefined, rpd: 5 }), fieldText(undefined), fieldText(0)]).toEqual(["a, b", "rpm 60, rpd 5", "", "0"]);
});

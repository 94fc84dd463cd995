import { expect, test } from "vitest";
import { fitOf } from "#ui/settings-admin/fit-of.ts";
import { searchWords } from "#ui/settings-admin/search-words.ts";

test("a setting that is called so fits better than one that only mentions it, in either language", () => {
  const words = searchWords(["payments.tax", "payments.fee_percent"]);
  expect(fitOf(words["payments.tax"]!, "tax")).toBe(0);
  expect(fitOf(words["payments.tax"]!, "vat")).toBe(1);
  expect(fitOf(words["payments.tax"]!, "stripe")).toBe(2);
  expect(fitOf(words["payments.tax"]!, "税费")).toBe(0);
  expect(fitOf(words["payments.fee_percent"]!, "percent added")).toBe(2);
  expect(fitOf(words["payments.fee_percent"]!, "percent vat")).toBeUndefined();
});

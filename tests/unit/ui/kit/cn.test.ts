import { expect, test } from "vitest";
import { cn } from "#ui/kit/cn.ts";

test("the later of two classes that say the same holds, in this shop's own scale", () => {
  expect(cn("text-13 text-fg-2", "text-16")).toBe("text-fg-2 text-16");
  expect(cn("rounded-control", "rounded-card")).toBe("rounded-card");
  expect(cn("p-4", false, undefined, ["px-2", { hidden: true }])).toBe("p-4 px-2 hidden");
});

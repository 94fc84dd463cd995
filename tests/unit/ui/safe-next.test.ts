import { expect, test } from "vitest";
import { safeNext } from "#ui/account/safe-next.ts";

test.each([
  ["/console/keys?x=1", "/console/keys?x=1"], ["//evil.example", "/console"], ["/\\evil.example", "/console"], ["https://evil.example", "/console"],
  ["data:text/html,1", "/console"], ["/a\nb", "/console"], ["", "/console"], [undefined, "/console"], [["/a", "/b"], "/console"],
])("after signing in, %j leads to %s", (next, to) => {
  expect(safeNext(next)).toBe(to);
});

import { expect, test } from "vitest";
import { highlight } from "#ui/kit/highlight.ts";
import { matchGroups, mergeGroups, type PaletteGroup } from "#ui/kit/palette-match.ts";
import { safeLink } from "#ui/kit/safe-link.ts";
import { fillParts, textOf } from "#ui/kit/snippet.ts";

const groups: readonly PaletteGroup[] = [
  { label: "Pages", items: [{ id: "req", label: "Requests", keywords: ["log", "请求记录"] }, { id: "keys", label: "API keys", keywords: ["密钥", "token"] }, { id: "usage", label: "Usage" }] },
  { label: "Actions", items: [{ id: "new-key", label: "Create key" }, { id: "top-up", label: "Top up", keywords: ["recharge", "充值"] }] },
];
const ids = (found: readonly PaletteGroup[]): string[] => found.flatMap(({ items }) => items.map(({ id }) => id));

test.each([
  ["", ["req", "keys", "usage", "new-key", "top-up"]], ["ke", ["keys", "new-key"]], ["REQ", ["req"]], ["充值", ["top-up"]], ["密钥", ["keys"]], ["up top", ["top-up"]], ["zzz", []],
  ["us", ["usage"]], ["s", ["req", "keys", "usage"]],
])("typing %j finds %j", (text, found) => expect(ids(matchGroups(groups, text)).sort()).toEqual([...found].sort()));

test("the best fit comes first, empty groups are left out, and nothing is listed twice", () => {
  expect(matchGroups([{ label: "P", items: [{ id: "1", label: "My keys" }, { id: "2", label: "Keys" }] }], "keys")[0]?.items.map(({ id }) => id)).toEqual(["2", "1"]);
  expect(matchGroups(groups, "充值").map(({ label }) => label)).toEqual(["Actions"]);
  expect(mergeGroups(groups, [{ label: "Found", items: [{ id: "req", label: "again" }] }, { label: "Users", items: [{ id: "ann", label: "ann@example.com" }] }]).map(({ label }) => label)).toEqual(["Pages", "Actions", "Users"]);
});

test.each([
  ["python", 'import os\nkey = os.environ["KEY"]  # secret\n', ["k:import", "c:# secret", 's:"KEY"']],
  ["bash", 'curl https://x.test -H "authorization: Bearer $KEY"', ["f:curl ", 's:https://x.test -H "authorization: Bearer $KEY"']],
  ["json", '{"a": 1, "b": "x"}', ["n:1", 's:"x"']],
  ["typescript", "const a = await fetch(url);", ["k:const", "k:await", "f:fetch"]],
] as const)("%s is coloured, and not a letter is lost", async (language, code, expected) => {
  const parts = await highlight(code, language);
  expect(textOf(parts)).toBe(code);
  const seen = parts.map(([tone, text]) => `${tone}:${text}`);
  for (const piece of expected) expect(seen.some((one) => one.startsWith(piece) || one.trimEnd() === piece.trimEnd())).toBe(true);
});

test("code of no language stays as it is", async () => expect(await highlight("<b>&amp;", "text")).toEqual([["", "<b>&amp;"]]));

test("words are filled in as they are, dollar signs too", () => {
  expect(fillParts([["s", '"YOUR_KEY"'], ["", " YOUR_KEY YOUR_KEY"]], { YOUR_KEY: "sk-$&-1" })).toEqual([["s", '"sk-$&-1"'], ["", " sk-$&-1 sk-$&-1"]]);
});

test.each([
  ["https://example.com/a?b", "https://example.com/a?b"], ["mailto:a@b.c", "mailto:a@b.c"], ["/docs", "/docs"], ["#top", "#top"], ["./x", "./x"],
  ["javascript:alert(1)", ""], [" JavaScript:alert(1)", ""], ["java\nscript:alert(1)", ""], ["data:text/html,x", ""], ["vbscript:x", ""], ["//evil.test", ""], ["/\\evil.test", ""], ["file:///etc/passwd", ""], ["x", ""],
])("the link %j leads to %j", (url, safe) => expect(safeLink(url)).toBe(safe));

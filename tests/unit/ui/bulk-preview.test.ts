import { expect, test } from "vitest";
import { bulkLine } from "#ui/channels/bulk-preview.ts";

const groups = [{ id: "d", name: "default" }, { id: "v", name: "vip" }, { id: "c", name: "club" }];
const channel = { id: "1", priority: 10, weight: 1, groups: [groups[0]!] };
const wish = (more: object) => ({ addGroups: new Set<string>(), removeGroups: new Set<string>(), ...more });

test("what a channel has already is no change", () => {
  expect(bulkLine(channel, wish({ priority: 10, weight: 1, addGroups: new Set(["d"]), removeGroups: new Set(["v"]) }), groups)).toEqual({ id: "1", changes: [], patch: {}, groupless: false });
});

test("each change is named with what it was, and the patch holds nothing else", () => {
  expect(bulkLine(channel, wish({ priority: 0, addGroups: new Set(["v", "c"]) }), groups)).toEqual({
    id: "1", groupless: false, patch: { priority: 0, groupIds: ["d", "v", "c"] },
    changes: [{ field: "priority", before: "10", after: "0" }, { field: "groups", before: "default", after: "club, default, vip" }],
  });
});

test("one that loses its last group is marked", () => {
  expect(bulkLine(channel, wish({ removeGroups: new Set(["d"]) }), groups)).toMatchObject({ groupless: true, patch: { groupIds: [] }, changes: [{ after: "—" }] });
});

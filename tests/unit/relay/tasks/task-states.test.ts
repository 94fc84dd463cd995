import { expect, test } from "vitest";
import { deadlineMs, isEnd, pollDelayMs, statesBefore } from "#relay/tasks/task-states.ts";
import type { TaskState } from "#relay/tasks/task.ts";

const ALL: readonly TaskState[] = ["queued", "submitted", "submitted_unknown", "running", "succeeded", "failed", "cancelled", "expired"];

test("nothing leads out of an end, and nothing back to the beginning", () => {
  const ends = ALL.filter(isEnd);
  expect(ends).toEqual(["succeeded", "failed", "cancelled", "expired"]);
  for (const to of ALL) expect(statesBefore(to).filter(isEnd)).toEqual([]);
  expect(statesBefore("queued")).toEqual([]);
  expect(statesBefore("submitted")).toEqual(["queued", "submitted_unknown"]);
});

test("every state but the first can be reached, and every task can end from wherever it stands", () => {
  for (const state of ALL) if (state !== "queued") expect(statesBefore(state).length).toBeGreaterThan(0);
  for (const from of ALL.filter((state) => !isEnd(state))) for (const end of ALL.filter(isEnd)) expect(statesBefore(end)).toContain(from);
});

test("tasks are looked at ever more seldom, each by its own clock", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 100].map((polls) => pollDelayMs(polls, 0.5))).toEqual([2_000, 3_000, 5_000, 8_000, 13_000, 15_000, 15_000, 15_000]);
  expect([pollDelayMs(9, 0), pollDelayMs(9, 0.999_999)]).toEqual([12_000, 18_000]);
});

test("pictures are given up soonest", () => {
  expect([deadlineMs("image"), deadlineMs("music"), deadlineMs("video")]).toEqual([600_000, 1_800_000, 7_200_000]);
});

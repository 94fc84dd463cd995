import type { EndState, TaskKind, TaskState } from "#relay/tasks/task.ts";

/** From where each state may be reached; nothing leads out of an end. */
const FROM: Readonly<Record<TaskState, readonly TaskState[]>> = {
  queued: [],
  // A vendor may answer after the submission has been taken for lost.
  submitted: ["queued", "submitted_unknown"],
  submitted_unknown: ["queued"],
  running: ["submitted", "submitted_unknown", "running"],
  succeeded: ["queued", "submitted", "submitted_unknown", "running"],
  failed: ["queued", "submitted", "submitted_unknown", "running"],
  cancelled: ["queued", "submitted", "submitted_unknown", "running"],
  expired: ["queued", "submitted", "submitted_unknown", "running"],
};

/** The states that may be left for this one: what a change compares with. */
export const statesBefore = (to: TaskState): readonly TaskState[] => FROM[to];

export const isEnd = (state: TaskState): state is EndState => state === "succeeded" || state === "failed" || state === "cancelled" || state === "expired";

const MINUTE_MS = 60_000;
const DEADLINE_MS: Readonly<Record<TaskKind, number>> = { image: 10 * MINUTE_MS, music: 30 * MINUTE_MS, video: 120 * MINUTE_MS, text: 180 * MINUTE_MS };

/** How long a vendor may take. */
export const deadlineMs = (kind: TaskKind): number => DEADLINE_MS[kind];

/** A submission whose outcome nobody knows is given up after so long. */
export const UNKNOWN_MS = 60 * MINUTE_MS;
/** After this long nobody is submitting any more: whoever was has gone. */
export const SUBMITTING_MS = 10 * MINUTE_MS;

const SCHEDULE_MS = [2_000, 3_000, 5_000, 8_000, 13_000, 15_000] as const;
const SPREAD = 0.2;

/**
 * How long until a task is looked at again.
 *
 * @param polls looked at so often already
 * @param random uniform in [0, 1)
 */
export function pollDelayMs(polls: number, random: number): number {
  const base = SCHEDULE_MS[Math.min(polls, SCHEDULE_MS.length - 1)]!;
  return Math.round(base * (1 - SPREAD + 2 * SPREAD * random));
}

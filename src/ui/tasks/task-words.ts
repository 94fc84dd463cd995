import type { Tone } from "#ui/kit/tone.ts";

/** What the list can be narrowed to: two groups, then each state. */
export const TASK_FILTERS = ["open", "stuck", "queued", "submitted", "submitted_unknown", "running", "succeeded", "failed", "cancelled", "expired"] as const;
export type TaskFilterName = (typeof TASK_FILTERS)[number];
export type TaskStateWord = Exclude<TaskFilterName, "open" | "stuck">;

const TONES: Readonly<Record<TaskStateWord, Tone>> = {
  queued: "neutral", submitted: "info", submitted_unknown: "warn", running: "info", succeeded: "ok", failed: "bad", cancelled: "neutral", expired: "warn",
};

export const taskTone = (state: TaskStateWord): Tone => TONES[state];

/** Can it still be waited for, or ended by hand? */
export const isOpen = (state: TaskStateWord): boolean => state === "queued" || state === "submitted" || state === "submitted_unknown" || state === "running";

/** The word after a filter's name in the address; undefined for what is none. */
export const taskFilter = (value: string | undefined): TaskFilterName | undefined => TASK_FILTERS.find((name) => name === value);

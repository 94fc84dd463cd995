import { hasFailed, hex, objectOf, promptOf, reasonOf, secondsOf, textOf } from "#relay/tasks/task-form.ts";
import type { FileLink, TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { Task } from "#relay/tasks/task.ts";

/** What the vendor's own addresses make. */
export const KLING_ACTIONS: ReadonlySet<string> = new Set([
  "text2video", "image2video", "multi-image2video", "motion-control", "omni-video", "video-extend", "lip-sync", "effects", "avatar", "multi-elements",
]);

/** Both are the vendor's own defaults. */
const DEFAULTS = { model: "kling-v1", mode: "std", seconds: 5 } as const;

/** The vendor's own form, for clients that were written for it. @see Kling AI, "Text to Video" */
export const klingForm: TaskFormCodec = {
  id: "kling",
  publicId: (uuid) => `kling_${hex(uuid)}`,
  read({ fields, uploads }, action) {
    const wish = {
      form: "kling", kind: "video", action, model: textOf(fields, "model_name") ?? textOf(fields, "model") ?? DEFAULTS.model, prompt: promptOf(fields),
      seconds: secondsOf(fields, "duration") ?? DEFAULTS.seconds,
      // Its prices go by the mode, as those of others by the resolution.
      resolution: textOf(fields, "mode") ?? DEFAULTS.mode,
      ratio: textOf(fields, "aspect_ratio"), count: 1, images: [], uploads, extra: objectOf(fields, "metadata"), native: fields,
    } as const;
    return { wish };
  },
  submitted: (task) => answer(task, { task_id: task.publicId, task_status: STATUS[task.state], created_at: task.createdAtMs, updated_at: task.createdAtMs }),
  show: (task, link) => answer(task, {
    task_id: task.publicId, task_status: STATUS[task.state], task_status_msg: hasFailed(task) ? reasonOf(task) : "",
    created_at: task.createdAtMs, updated_at: task.finishedAtMs ?? task.startedAtMs ?? task.createdAtMs,
    task_result: { videos: videosOf(task, link) },
  }),
  error: (error, requestId) => ({ code: CODES[error.code] ?? 5000, message: error.message, request_id: requestId }),
};

const answer = (task: Task, data: object) => ({ code: 0, message: "SUCCEED", request_id: task.id, data });

/** The vendor's codes for what else may go wrong. */
const CODES: Readonly<Partial<Record<string, number>>> = {
  key_missing: 1001, key_invalid: 1002, insufficient_quota: 1102, account_debt: 1101, endpoint_not_allowed: 1103, model_not_allowed: 1103, invalid_json: 1201, invalid_value: 1201,
  missing_required_parameter: 1200, model_not_found: 1203, not_found: 1203, content_policy_violation: 1301, rate_limit_requests: 1302, concurrency_limit_exceeded: 1303, no_available_channel: 5001,
};

const videosOf = (task: Task, link: FileLink) =>
  (task.content.files ?? []).map((_file, i) => ({ id: `${task.publicId}-${i}`, url: link(task, i), duration: String(task.content.seconds ?? DEFAULTS.seconds) }));

const STATUS: Readonly<Record<Task["state"], string>> = {
  queued: "submitted", submitted: "submitted", submitted_unknown: "submitted", running: "processing", succeeded: "succeed", failed: "failed", cancelled: "failed", expired: "failed",
};

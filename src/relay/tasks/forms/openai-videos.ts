import { RelayError } from "#relay/errors.ts";
import { at } from "#relay/tasks/json-path.ts";
import { countOf, hasFailed, hex, objectOf, picturesOf, promptOf, reasonOf, required, seconds, secondsOf, seedOf, textOf } from "#relay/tasks/task-form.ts";
import type { TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { Task } from "#relay/tasks/task.ts";

/** What the vendor takes where the client says nothing. */
const DEFAULTS = { model: "sora-2", seconds: "4", size: "720x1280" } as const;

/** @see OpenAI, "Videos" */
export const openaiVideosForm: TaskFormCodec = {
  id: "openai-videos",
  publicId: (uuid) => `video_${hex(uuid)}`,
  read({ fields, uploads }, action) {
    if (at(fields, "input_reference.file_id") !== undefined) {
      throw new RelayError("unsupported_parameter", "Files by id are not offered here. Send the picture itself or its address.", { param: "input_reference.file_id" });
    }
    const wish = {
      form: "openai-videos", kind: "video", action,
      model: textOf(fields, "model") ?? DEFAULTS.model,
      prompt: required(promptOf(fields), "prompt"),
      seconds: secondsOf(fields, "seconds", "duration"), size: textOf(fields, "size"), resolution: textOf(fields, "resolution"), ratio: textOf(fields, "aspect_ratio"),
      seed: seedOf(fields), count: countOf(fields),
      images: picturesOf(fields, "input_reference", "image", "images"), uploads, extra: objectOf(fields, "metadata"), native: fields,
    } as const;
    return { wish };
  },
  submitted: (task) => video(task),
  show: (task) => video(task),
};

const STATUS: Readonly<Record<Task["state"], string>> = {
  queued: "queued", submitted: "queued", submitted_unknown: "queued", running: "in_progress", succeeded: "completed", failed: "failed", cancelled: "failed", expired: "failed",
};

function video(task: Task) {
  const { content } = task;
  return {
    id: task.publicId, object: "video", model: task.model, status: STATUS[task.state], progress: task.state === "succeeded" ? 100 : task.progress,
    created_at: seconds(task.createdAtMs), completed_at: task.state === "succeeded" ? seconds(task.finishedAtMs) : null, expires_at: null,
    prompt: content.prompt ?? null, seconds: content.seconds === undefined ? DEFAULTS.seconds : String(content.seconds), size: content.size ?? DEFAULTS.size,
    remixed_from_video_id: content.originId ?? null,
    error: hasFailed(task) ? { code: task.errorCode ?? "video_generation_failed", message: reasonOf(task) } : null,
  };
}

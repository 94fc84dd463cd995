import { defined } from "#relay/tasks/json-path.ts";
import { pixelsOf } from "#relay/tasks/quantities.ts";
import { countOf, hasFailed, hex, numberOf, objectOf, picturesOf, promptOf, reasonOf, required, secondsOf, seedOf, textOf } from "#relay/tasks/task-form.ts";
import type { TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { Task } from "#relay/tasks/task.ts";

const PIXELS_MAX = 16_384;

/** The form in which other shops sell videos. @see docs.newapi.pro, "Video generation" */
export const videoGenerationsForm: TaskFormCodec = {
  id: "video-generations",
  publicId: (uuid) => `video_${hex(uuid)}`,
  read({ fields, uploads }, action) {
    const width = numberOf(fields, "width", PIXELS_MAX), height = numberOf(fields, "height", PIXELS_MAX);
    const wish = {
      form: "video-generations", kind: "video", action,
      model: required(textOf(fields, "model"), "model"), prompt: promptOf(fields),
      seconds: secondsOf(fields, "duration", "seconds"), size: width && height ? `${width}x${height}` : textOf(fields, "size"),
      resolution: textOf(fields, "resolution"), ratio: textOf(fields, "aspect_ratio"), seed: seedOf(fields), count: countOf(fields),
      images: picturesOf(fields, "image", "images", "image_tail"), uploads, extra: objectOf(fields, "metadata"), native: fields,
    } as const;
    if (wish.images.length === 0 && uploads.length === 0) required(wish.prompt, "prompt");
    return { wish };
  },
  submitted: (task) => ({ task_id: task.publicId, status: STATUS[task.state] }),
  show(task, link) {
    const { content } = task;
    return defined({
      task_id: task.publicId, status: STATUS[task.state],
      ...(task.state === "succeeded" && { url: link(task, 0), format: "mp4", metadata: defined({ duration: content.seconds, ...pixelsOf(content.size) }) }),
      ...(hasFailed(task) && { error: { code: 1, message: reasonOf(task) } }),
    });
  },
};

const STATUS: Readonly<Record<Task["state"], string>> = {
  queued: "queued", submitted: "queued", submitted_unknown: "queued", running: "processing", succeeded: "succeeded", failed: "failed", cancelled: "failed", expired: "failed",
};

import type { JsonObject } from "#relay/providers/provider.ts";
import { at, defined } from "#relay/tasks/json-path.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskProtocol } from "#relay/tasks/task-protocol.ts";
import { pixelsOf } from "#relay/tasks/quantities.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

const table = tableProtocol({
  id: "video-generations",
  submit(wish, model) {
    const images = imagesOf(wish);
    const json = wish.form === "video-generations"
      ? { ...wish.native, model }
      : defined({
          model, prompt: wish.prompt, duration: wish.seconds, size: wish.size, ...pixelsOf(wish.size), seed: wish.seed,
          image: images[0], ...(images.length > 1 && { images }), ...(Object.keys(wish.extra).length > 0 && { metadata: wish.extra }),
        });
    return { method: "POST", path: "/video/generations", json };
  },
  idAt: "task_id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/video/generations/${encodeURIComponent(upstreamId)}` }),
  stateAt: "status",
  states: {
    queued: "queued", submitted: "queued", processing: "running", in_progress: "running", succeeded: "succeeded", completed: "succeeded", success: "succeeded", failed: "failed",
    NOT_START: "queued", SUBMITTED: "queued", QUEUED: "queued", IN_PROGRESS: "running", SUCCESS: "succeeded", FAILURE: "failed", UNKNOWN: "running",
  },
  // Older shops of this kind put the address where the reason of a failure stands.
  filesAt: ["url", "result_url", "metadata.url", "video_url", "fail_reason"],
  progressAt: "progress",
  secondsAt: "metadata.duration",
  errorAt: { code: ["error.code"], message: ["error.message", "fail_reason"] },
  also: (_reply, report) => ({ ...report, files: report.files.slice(0, 1) }),
});

/** Some wrap what they say in `{code, message, data}`. */
const unwrapped = (reply: JsonObject): JsonObject => (typeof at(reply, "data") === "object" && reply.data !== null ? (reply.data as JsonObject) : reply);

/** The form in which other shops resell videos. @see docs.newapi.pro, "Video generation" */
export const videoGenerations: TaskProtocol = {
  ...table,
  accepted(reply, call) {
    const inner = unwrapped(reply);
    return table.accepted(inner, call) ?? table.accepted({ task_id: inner.id }, call);
  },
  report: (reply, task) => table.report(unwrapped(reply), task),
};

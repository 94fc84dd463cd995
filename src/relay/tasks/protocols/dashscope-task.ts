import { defined } from "#relay/tasks/json-path.ts";
import { pixelsOf, resolutionOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** @see Alibaba Cloud Model Studio, "Text-to-video", "Query the result of an asynchronous task" */
export const dashscopeTask = tableProtocol({
  id: "dashscope-task",
  sound: { name: "audio", on: true, off: false },
  submit(wish, model) {
    const [first, last] = imagesOf(wish);
    const pixels = pixelsOf(wish.size);
    const { input, parameters, ...extra } = wish.extra;
    const words = defined({ prompt: wish.prompt, ...(last === undefined ? { img_url: first } : { first_frame_url: first, last_frame_url: last }) });
    const numbers = defined({
      ...(first === undefined && pixels ? { size: `${pixels.width}*${pixels.height}` } : { resolution: resolutionOf(wish.resolution, wish.size)?.toUpperCase() }),
      duration: wish.seconds, seed: wish.seed,
    });
    return {
      method: "POST", path: "/services/aigc/video-generation/video-synthesis", headers: { "x-dashscope-async": "enable" },
      json: { model, input: { ...words, ...(input as object | undefined) }, parameters: { ...numbers, ...extra, ...(parameters as object | undefined) } },
    };
  },
  idAt: "output.task_id",
  refused: ({ code }) => typeof code === "string" && code !== "",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/tasks/${encodeURIComponent(upstreamId)}` }),
  stateAt: "output.task_status",
  states: {
    PENDING: "queued", SUSPENDED: "queued", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", CANCELED: "cancelled",
    // It knows nothing of the task, or no longer.
    UNKNOWN: "failed",
  },
  filesAt: ["output.video_url", "output.results"],
  secondsAt: "usage.duration",
  countAt: "usage.video_count",
  errorAt: { code: ["output.code", "code"], message: ["output.message", "message"] },
});

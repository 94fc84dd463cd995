import { defined } from "#relay/tasks/json-path.ts";
import { ratioOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskCall } from "#relay/tasks/task-protocol.ts";
import type { TaskWish } from "#relay/tasks/task.ts";
import { bare, imagesOf } from "#relay/tasks/wish-images.ts";

const VIDEOS = "/v1/videos/";
/** Its prices go by the mode, as those of others by the resolution, and it is said in its place. */
const MODES: ReadonlySet<string> = new Set(["std", "pro", "4k"]);

/** @see Kling AI, "Text to Video", "Image to Video". Its ids are known below the address that made them only. */
export const kling = tableProtocol({
  id: "kling",
  sound: { name: "sound", on: "on", off: "off", usual: false },
  submit,
  idAt: "data.task_id",
  idPrefix: ({ path }) => `${path.slice(VIDEOS.length)}/`,
  refused: ({ code }) => code !== 0,
  poll: ({ upstreamId }) => ({ method: "GET", path: VIDEOS + upstreamId.split("/").map(encodeURIComponent).join("/") }),
  stateAt: "data.task_status",
  states: { submitted: "queued", processing: "running", succeed: "succeeded", failed: "failed" },
  filesAt: ["data.task_result.videos"],
  secondsAt: "data.task_result.videos.0.duration",
  errorAt: { message: ["data.task_status_msg"] },
  also: (reply, report) => ({ ...report, told: reply }),
});

function submit(wish: TaskWish, model: string): TaskCall {
  if (wish.form === "kling") {
    const { callback_url: _callback, ...native } = wish.native;
    return { method: "POST", path: VIDEOS + wish.action, json: { ...native, model_name: model } };
  }
  const [first, last] = imagesOf(wish);
  const json = defined({
    model_name: model, prompt: wish.prompt, duration: wish.seconds === undefined ? undefined : String(wish.seconds), aspect_ratio: wish.ratio ?? ratioOf(wish.size),
    mode: MODES.has(wish.resolution ?? "") ? wish.resolution : undefined, image: bare(first), image_tail: bare(last), ...wish.extra,
  });
  return { method: "POST", path: VIDEOS + (first === undefined ? "text2video" : "image2video"), json };
}

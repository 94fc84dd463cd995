import { defined, textAt } from "#relay/tasks/json-path.ts";
import { ratioOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskProtocol } from "#relay/tasks/task-protocol.ts";
import { dataOf, imagesOf } from "#relay/tasks/wish-images.ts";

const OK = "10000";
const FRAMES_A_SECOND = 24;

const table = tableProtocol({
  id: "jimeng",
  submit(wish, model) {
    const images = imagesOf(wish);
    const base64 = images.flatMap((url) => dataOf(url)?.base64 ?? []);
    const json = defined({
      req_key: model, prompt: wish.prompt, seed: wish.seed ?? -1, aspect_ratio: wish.ratio ?? ratioOf(wish.size),
      frames: wish.seconds === undefined ? undefined : FRAMES_A_SECOND * wish.seconds + 1,
      image_urls: images.length > base64.length ? images : undefined, binary_data_base64: base64.length > 0 && images.length === base64.length ? base64 : undefined, ...wish.extra,
    });
    return { method: "POST", path: "/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31", json };
  },
  idAt: "data.task_id",
  refused: (reply) => textAt(reply, "code") !== OK,
  poll: ({ upstreamId, upstreamModel }) => ({
    method: "POST", path: "/?Action=CVSync2AsyncGetResult&Version=2022-08-31", json: { req_key: upstreamModel, task_id: upstreamId },
  }),
  stateAt: "data.status",
  states: { in_queue: "queued", generating: "running", processing: "running", done: "succeeded", not_found: "failed", expired: "failed" },
  filesAt: ["data.video_url", "data.image_urls"],
  errorAt: { code: ["code"], message: ["message"] },
});

/** @see Volcengine Visual, "Jimeng AI". What was refused while it was made has a code and no state. */
export const jimeng: TaskProtocol = {
  ...table,
  report(reply, task) {
    const report = table.report(reply, task);
    const code = textAt(reply, "code");
    if (report?.state !== "succeeded" || code === OK) return report ?? (code === undefined || code === OK ? undefined : { state: "failed", files: [], errorCode: code, errorMessage: textAt(reply, "message") });
    return { ...report, state: "failed" };
  },
};

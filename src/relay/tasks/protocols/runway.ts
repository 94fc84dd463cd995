import { defined } from "#relay/tasks/json-path.ts";
import { pixelsOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** The version whose words these are; the vendor wants it said. */
const HEADERS = { "x-runway-version": "2024-11-06" };

/** @see Runway, "Using the API" */
export const runway = tableProtocol({
  id: "runway",
  submit(wish, model) {
    const [first, last] = imagesOf(wish);
    const pixels = pixelsOf(wish.size);
    const json = defined({
      model, promptText: wish.prompt, ratio: wish.ratio ?? (pixels && `${pixels.width}:${pixels.height}`), duration: wish.seconds, seed: wish.seed,
      promptImage: last === undefined ? first : [{ uri: first, position: "first" }, { uri: last, position: "last" }], ...wish.extra,
    });
    return { method: "POST", path: first === undefined ? "/v1/text_to_video" : "/v1/image_to_video", headers: HEADERS, json };
  },
  idAt: "id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/v1/tasks/${encodeURIComponent(upstreamId)}`, headers: HEADERS }),
  stateAt: "status",
  states: { PENDING: "queued", THROTTLED: "queued", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", CANCELLED: "cancelled" },
  filesAt: ["output"],
  progressAt: "progress",
  errorAt: { code: ["failureCode"], message: ["failure"] },
});

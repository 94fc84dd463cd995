import { at, defined } from "#relay/tasks/json-path.ts";
import { ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** Ten billion of its ticks are a dollar. */
const TICKS_A_NANO = 10;

/** @see xAI, "Video Generations" */
export const xaiVideo = tableProtocol({
  id: "xai-video",
  submit(wish, model) {
    const [first] = imagesOf(wish);
    const json = defined({
      model, prompt: wish.prompt, duration: wish.seconds, aspect_ratio: wish.ratio ?? ratioOf(wish.size), resolution: resolutionOf(wish.resolution, wish.size),
      image: first === undefined ? undefined : { url: first }, ...wish.extra,
    });
    return { method: "POST", path: "/videos/generations", json };
  },
  idAt: "request_id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/videos/${encodeURIComponent(upstreamId)}` }),
  stateAt: "status",
  states: { pending: "queued", queued: "queued", processing: "running", completed: "succeeded", done: "succeeded", failed: "failed", error: "failed", expired: "failed" },
  filesAt: ["video"],
  progressAt: "progress",
  secondsAt: "video.duration",
  errorAt: { code: ["error.code", "code"], message: ["error.message", "error"] },
  also(reply, report) {
    const ticks = at(reply, "usage.cost_in_usd_ticks");
    return typeof ticks === "number" && Number.isSafeInteger(ticks) && ticks >= 0 ? { ...report, vendorCostNanoUsd: BigInt(Math.ceil(ticks / TICKS_A_NANO)) } : report;
  },
});

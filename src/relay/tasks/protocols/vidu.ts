import { defined } from "#relay/tasks/json-path.ts";
import { ratioOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { resolutionOf } from "#relay/tasks/quantities.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** By the number of pictures: none, the first frame, first and last, things to refer to. */
const PATHS = ["text2video", "img2video", "start-end2video", "reference2video"] as const;

/** @see Vidu, "Image to Video", "Query Generation" */
export const vidu = tableProtocol({
  id: "vidu",
  submit(wish, model) {
    const images = imagesOf(wish);
    const json = defined({
      model, prompt: wish.prompt, images: images.length > 0 ? images : undefined, duration: wish.seconds, resolution: resolutionOf(wish.resolution, wish.size), seed: wish.seed,
      aspect_ratio: images.length === 0 ? wish.ratio ?? ratioOf(wish.size) : undefined, ...wish.extra,
    });
    return { method: "POST", path: `/ent/v2/${PATHS[Math.min(images.length, PATHS.length - 1)]!}`, json };
  },
  idAt: "task_id",
  refused: ({ state }) => state === "failed",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/ent/v2/tasks/${encodeURIComponent(upstreamId)}/creations` }),
  stateAt: "state",
  states: { created: "queued", queueing: "queued", processing: "running", success: "succeeded", failed: "failed" },
  filesAt: ["creations"],
  errorAt: { code: ["err_code"], message: ["err_code"] },
});

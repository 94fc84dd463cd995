import { defined } from "#relay/tasks/json-path.ts";
import { ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** @see Luma, "Video generation" */
export const luma = tableProtocol({
  id: "luma",
  submit(wish, model) {
    const images = imagesOf(wish);
    const frames = Object.fromEntries(images.slice(0, 2).map((url, i) => [`frame${i}`, { type: "image", url }]));
    const json = defined({
      model, prompt: wish.prompt, aspect_ratio: wish.ratio ?? ratioOf(wish.size), resolution: resolutionOf(wish.resolution, wish.size),
      duration: wish.seconds === undefined ? undefined : `${wish.seconds}s`, keyframes: images.length > 0 ? frames : undefined, ...wish.extra,
    });
    return { method: "POST", path: "/dream-machine/v1/generations/video", json };
  },
  idAt: "id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/dream-machine/v1/generations/${encodeURIComponent(upstreamId)}` }),
  stateAt: "state",
  states: { pending: "queued", queued: "queued", dreaming: "running", completed: "succeeded", failed: "failed" },
  filesAt: ["assets.video"],
  errorAt: { message: ["failure_reason"] },
});

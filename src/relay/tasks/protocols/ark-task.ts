import { defined } from "#relay/tasks/json-path.ts";
import { ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** Volcengine Ark's content generation (Seedance). @see Volcengine, "Create a video generation task" */
export const arkTask = tableProtocol({
  id: "ark-task",
  sound: { name: "generate_audio", on: true, off: false },
  submit(wish, model) {
    const roles = ["first_frame", "last_frame"];
    const images = imagesOf(wish);
    const pictures = images.map((url, i) => ({ type: "image_url", image_url: { url }, ...(images.length === 2 && { role: roles[i] }) }));
    const json = defined({
      model, content: [...(wish.prompt === undefined ? [] : [{ type: "text", text: wish.prompt }]), ...pictures],
      resolution: resolutionOf(wish.resolution, wish.size), ratio: wish.ratio ?? ratioOf(wish.size), duration: wish.seconds, seed: wish.seed, ...wish.extra,
    });
    return { method: "POST", path: "/contents/generations/tasks", json };
  },
  idAt: "id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/contents/generations/tasks/${encodeURIComponent(upstreamId)}` }),
  stateAt: "status",
  states: {
    queued: "queued", pending: "queued", running: "running", processing: "running", succeeded: "succeeded", failed: "failed", cancelled: "cancelled", expired: "failed",
  },
  filesAt: ["content.video_url"],
  secondsAt: "duration",
  tokensAt: "usage.completion_tokens",
  errorAt: { code: ["error.code"], message: ["error.message"] },
});

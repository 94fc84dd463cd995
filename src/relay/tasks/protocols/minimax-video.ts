import { defined, textAt } from "#relay/tasks/json-path.ts";
import { resolutionOf } from "#relay/tasks/quantities.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import { imagesOf } from "#relay/tasks/wish-images.ts";

/** @see MiniMax, "Video Generation": what is made is a file, whose address is asked for apart. */
export const minimaxVideo = tableProtocol({
  id: "minimax-video",
  submit(wish, model) {
    const [first, last] = imagesOf(wish);
    const json = defined({
      model, prompt: wish.prompt, duration: wish.seconds, resolution: resolutionOf(wish.resolution, wish.size)?.toUpperCase(),
      first_frame_image: first, last_frame_image: last, ...wish.extra,
    });
    return { method: "POST", path: "/video_generation", json };
  },
  idAt: "task_id",
  refused: (reply) => textAt(reply, "base_resp.status_code") !== "0",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/query/video_generation?task_id=${encodeURIComponent(upstreamId)}` }),
  stateAt: "status",
  states: { Preparing: "queued", Queueing: "queued", Processing: "running", Success: "succeeded", Fail: "failed" },
  filesAt: [],
  errorAt: { code: ["base_resp.status_code"], message: ["base_resp.status_msg"] },
  also(reply, report) {
    const file = textAt(reply, "file_id");
    return report.state === "succeeded" && file !== undefined && file !== ""
      ? { ...report, fileCall: { method: "GET", path: `/files/retrieve?file_id=${encodeURIComponent(file)}` } } : report;
  },
  fileOf: (reply) => textAt(reply, "file.download_url"),
});

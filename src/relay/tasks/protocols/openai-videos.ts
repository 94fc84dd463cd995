import { defined, textAt } from "#relay/tasks/json-path.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskCall } from "#relay/tasks/task-protocol.ts";
import type { TaskWish } from "#relay/tasks/task.ts";

/** @see OpenAI, "Videos" */
export const openaiVideos = tableProtocol({
  id: "openai-videos",
  submit,
  idAt: "id",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/videos/${encodeURIComponent(upstreamId)}` }),
  stateAt: "status",
  states: {
    queued: "queued", pending: "queued", in_progress: "running", processing: "running", completed: "succeeded", succeeded: "succeeded",
    failed: "failed", cancelled: "cancelled", canceled: "cancelled",
  },
  filesAt: [],
  progressAt: "progress",
  secondsAt: "seconds",
  errorAt: { code: ["error.code"], message: ["error.message"] },
  content: ({ upstreamId }, variant) => ({
    method: "GET", path: `/videos/${encodeURIComponent(upstreamId)}/content${variant === undefined ? "" : `?variant=${encodeURIComponent(variant)}`}`,
  }),
});

/** A form, as the vendor's own SDK sends it; JSON where a picture is named by its address. */
function submit(wish: TaskWish, model: string): TaskCall {
  if (wish.origin) return { method: "POST", path: `/videos/${encodeURIComponent(wish.origin.upstreamId)}/remix`, json: { prompt: wish.prompt } };
  const own = wish.form === "openai-videos" ? wish.native : wish.extra;
  const fields = defined({ ...own, model, prompt: wish.prompt, seconds: wish.seconds === undefined ? undefined : String(wish.seconds), size: wish.size });
  if (wish.images.length > 0) return { method: "POST", path: "/videos", json: { ...fields, input_reference: { image_url: wish.images[0] } } };
  const texts = Object.fromEntries(Object.keys(fields).map((name) => [name, textAt(fields, name) ?? JSON.stringify(fields[name])]));
  return { method: "POST", path: "/videos", form: { fields: texts, uploads: wish.uploads } };
}

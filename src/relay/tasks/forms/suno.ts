import type { JsonObject } from "#relay/providers/provider.ts";
import { at } from "#relay/tasks/json-path.ts";
import { hasFailed, hex, promptOf, reasonOf, required, seconds, textOf } from "#relay/tasks/task-form.ts";
import type { FileLink, TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { Task } from "#relay/tasks/task.ts";

export const SUNO_ACTIONS: ReadonlySet<string> = new Set(["music", "lyrics"]);

/** The form in which relays sell Suno's songs. */
export const sunoForm: TaskFormCodec = {
  id: "suno",
  publicId: (uuid) => `suno_${hex(uuid)}`,
  read({ fields, uploads }, action) {
    const prompt = promptOf(fields);
    if (action === "lyrics") required(prompt, "prompt");
    const wish = {
      form: "suno", kind: "music", action, model: `suno_${action}`, prompt: prompt ?? textOf(fields, "gpt_description_prompt", 10_000), count: 1, images: [], uploads, extra: {}, native: fields,
      notifyHook: textOf(fields, "notify_hook"),
    } as const;
    return { wish };
  },
  submitted: (task) => ({ code: "success", message: "", data: task.publicId }),
  show: (task, link) => ({ code: "success", message: "", data: sunoTask(task, link) }),
  error: (error, requestId) => ({ code: error.code, message: `${error.message} (request id: ${requestId})`, data: null }),
};

const STATUS: Readonly<Record<Task["state"], string>> = {
  queued: "NOT_START", submitted: "SUBMITTED", submitted_unknown: "SUBMITTED", running: "IN_PROGRESS", succeeded: "SUCCESS", failed: "FAILURE", cancelled: "FAILURE", expired: "FAILURE",
};

export function sunoTask(task: Task, link: FileLink): JsonObject {
  const files = task.content.files ?? [];
  const ours = new Map(files.map(({ url }, i) => [url, i]));
  const told: unknown = at(task.content.told, "data") ?? [];
  return {
    task_id: task.publicId, action: task.action.toUpperCase(), status: STATUS[task.state], fail_reason: hasFailed(task) ? reasonOf(task) : "",
    submit_time: seconds(task.createdAtMs), start_time: seconds(task.startedAtMs) ?? 0, finish_time: seconds(task.finishedAtMs) ?? 0,
    progress: `${task.state === "succeeded" ? 100 : task.progress}%`,
    data: mapTexts(told, (text) => (ours.has(text) ? link(task, ours.get(text)!) : text)),
  };
}

/** The same value with every text in it put through `map`. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => mapTexts(entry, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, map)]));
}

import { randomInt } from "node:crypto";
import type { JsonObject } from "#relay/providers/provider.ts";
import { at, defined } from "#relay/tasks/json-path.ts";
import { hasFailed, promptOf, reasonOf, required, textOf } from "#relay/tasks/task-form.ts";
import type { TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { Task } from "#relay/tasks/task.ts";

/** Clients read ids as numbers written as text: sixteen digits, the first of them none. */
const LOW = 10_000_000, HIGH = 100_000_000;

/** What these clients may ask for; `action` is a button of an earlier picture. */
export const MJ_ACTIONS: ReadonlySet<string> = new Set(["imagine", "change", "simple-change", "describe", "blend", "shorten", "action", "modal", "video", "edits"]);

/** Actions that go on from an earlier task. */
const GOES_ON: ReadonlySet<string> = new Set(["change", "action", "modal", "simple-change"]);

/** @see midjourney-proxy, the interface of its tasks */
export const mjForm: TaskFormCodec = {
  id: "mj",
  publicId: () => `${randomInt(LOW, HIGH)}${randomInt(LOW, HIGH)}`,
  read({ fields, uploads }, action) {
    const prompt = promptOf(fields);
    if (action === "imagine" || action === "shorten") required(prompt, "prompt");
    const named = action === "simple-change" ? required(textOf(fields, "content"), "content").split(" ")[0] : textOf(fields, "taskId");
    if (GOES_ON.has(action)) required(named, "taskId");
    const wish = {
      form: "mj", kind: "image", action, model: `mj_${action.replace("-", "_")}`, prompt, count: 1, images: [], uploads, extra: {}, native: fields,
      notifyHook: textOf(fields, "notifyHook"),
    } as const;
    return { wish, originId: GOES_ON.has(action) || action === "video" ? named : undefined };
  },
  submitted: (task, told) => ({ code: told?.code === 22 ? 22 : 1, description: "Submitted.", properties: {}, ...told, result: task.publicId }),
  show(task, link) {
    const told: JsonObject = task.content.told ?? {};
    const made = (task.content.files ?? []).length > 0;
    return {
      id: task.publicId, action: ACTIONS[task.action] ?? task.action.toUpperCase(), prompt: task.content.prompt ?? "", promptEn: at(told, "promptEn") ?? task.content.prompt ?? "",
      description: at(told, "description") ?? "", state: at(told, "state") ?? "", submitTime: task.submittedAtMs ?? task.createdAtMs, startTime: task.startedAtMs ?? 0, finishTime: task.finishedAtMs ?? 0,
      imageUrl: made ? link(task, 0) : "", status: hasFailed(task) ? "FAILURE" : task.state === "running" && told.status === "MODAL" ? "MODAL" : STATUS[task.state],
      progress: `${task.state === "succeeded" ? 100 : task.progress}%`, failReason: hasFailed(task) ? reasonOf(task) : "",
      ...defined({ properties: at(told, "properties"), buttons: at(told, "buttons") }),
    };
  },
  error: (error, requestId) => ({ code: 4, description: `${error.message} (request id: ${requestId})`, type: error.code, result: "", properties: {} }),
};

const ACTIONS: Readonly<Record<string, string>> = { change: "ACTION", "simple-change": "ACTION", action: "ACTION" };

const STATUS: Readonly<Record<Task["state"], string>> = {
  queued: "NOT_START", submitted: "SUBMITTED", submitted_unknown: "SUBMITTED", running: "IN_PROGRESS", succeeded: "SUCCESS", failed: "FAILURE", cancelled: "FAILURE", expired: "FAILURE",
};

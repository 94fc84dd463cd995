import type { JsonObject } from "#relay/providers/provider.ts";
import { defined, textAt } from "#relay/tasks/json-path.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskProtocol } from "#relay/tasks/task-protocol.ts";

/** 1 taken, 21 there already, 22 waiting in a queue; all others are refusals. */
const TAKEN: ReadonlySet<unknown> = new Set([1, 21, 22]);
const THERE_ALREADY = 21;

const table = tableProtocol({
  id: "mj-proxy",
  submit(wish) {
    const { notifyHook: _hook, ...native } = wish.native;
    const speed = textAt(wish.extra, "speed");
    return {
      method: "POST", path: `${speed === undefined ? "" : `/mj-${speed}`}/mj/submit/${wish.action}`,
      json: defined({ ...native, taskId: wish.origin?.upstreamId }),
    };
  },
  idAt: "result",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/mj/task/${encodeURIComponent(upstreamId)}/fetch` }),
  stateAt: "status",
  states: { NOT_START: "queued", SUBMITTED: "queued", IN_PROGRESS: "running", MODAL: "running", SUCCESS: "succeeded", FAILURE: "failed", CANCEL: "cancelled" },
  filesAt: ["imageUrl"],
  fileKind: "image",
  progressAt: "progress",
  errorAt: { message: ["failReason"] },
  also: (reply, report) => ({ ...report, told: reply }),
});

/** @see midjourney-proxy, the interface of its tasks */
export const mjProxy: TaskProtocol = {
  ...table,
  accepted(reply, call) {
    if (!TAKEN.has(reply.code)) return undefined;
    const accepted = table.accepted(reply, call);
    const told: JsonObject = defined({ code: reply.code, description: reply.description, properties: reply.properties });
    return accepted && { ...accepted, told, ...(reply.code === THERE_ALREADY && { existed: true }) };
  },
};

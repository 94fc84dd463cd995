import { readUsage } from "#relay/dialects/openai-responses/usage.ts";
import { textAt } from "#relay/tasks/json-path.ts";
import type { TaskProtocol, TaskReport } from "#relay/tasks/task-protocol.ts";

/** What was used before it was cut short has been worked for. */
const STATES: Readonly<Record<string, TaskReport["state"]>> = {
  queued: "queued", in_progress: "running", completed: "succeeded", incomplete: "succeeded", failed: "failed", cancelled: "cancelled",
};
/** In this format totals hold their parts. */
const TOTALS = { cached: "in", reasoning: "in" } as const;

/** Answers that are made in the background. @see OpenAI API reference, "Responses" and the guide "Background mode" */
export const openaiResponsesTask: TaskProtocol = {
  id: "openai-responses",
  submit: ({ native }) => ({ method: "POST", path: "/responses", json: native }),
  accepted(reply) {
    const id = textAt(reply, "id"), status = textAt(reply, "status");
    return id === undefined || id === "" || status === undefined || STATES[status] === undefined ? undefined : { upstreamId: id, told: reply };
  },
  poll: ({ upstreamId }) => ({ method: "GET", path: `/responses/${encodeURIComponent(upstreamId)}` }),
  report(reply) {
    const status = textAt(reply, "status");
    if (status === undefined) return undefined;
    const state = STATES[status];
    return {
      state: state ?? "running", ...(state === undefined && { unknownWord: status }), files: [],
      usage: readUsage(reply, TOTALS)?.usage, errorCode: textAt(reply, "error.code"), errorMessage: textAt(reply, "error.message"),
    };
  },
};

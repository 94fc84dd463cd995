import { requestIdText } from "#platform/ids.ts";
import { idStem } from "#relay/dialects/openai-responses/response-object.ts";
import { RelayError } from "#relay/errors.ts";
import type { TaskFormCodec } from "#relay/tasks/task-form.ts";

export const responseIdOf = (requestId: string): string => `resp_${idStem(requestId)}`;

/** Answers that are made in the background are asked for, and looked up, as all others of their format. */
export const openaiResponsesForm: TaskFormCodec = {
  id: "responses",
  publicId: (uuid) => responseIdOf(requestIdText(uuid)),
  read() {
    throw new RelayError("unsupported_endpoint", "Responses are made at /v1/responses.");
  },
  submitted: (_task, told) => told ?? {},
  show: ({ publicId }) => ({ id: publicId, object: "response" }),
};

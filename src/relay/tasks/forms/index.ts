import { klingForm } from "#relay/tasks/forms/kling.ts";
import { mjForm } from "#relay/tasks/forms/mj.ts";
import { openaiVideosForm } from "#relay/tasks/forms/openai-videos.ts";
import { openaiResponsesForm } from "#relay/tasks/forms/openai-responses.ts";
import { sunoForm } from "#relay/tasks/forms/suno.ts";
import { videoGenerationsForm } from "#relay/tasks/forms/video-generations.ts";
import type { TaskFormCodec } from "#relay/tasks/task-form.ts";
import type { TaskForm } from "#relay/tasks/task.ts";

export const taskForms: Readonly<Record<TaskForm, TaskFormCodec>> = {
  "openai-videos": openaiVideosForm, "video-generations": videoGenerationsForm, mj: mjForm, suno: sunoForm, kling: klingForm, responses: openaiResponsesForm,
};

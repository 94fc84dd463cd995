import type { ErrorForm } from "#relay/dialects/error-forms.ts";
import { taskForms } from "#relay/tasks/forms/index.ts";
import type { TaskForm } from "#relay/tasks/task.ts";

/** How errors are told to clients of this form; where it has no way of its own, as to others. */
export function taskErrorForm(form: TaskForm, others: ErrorForm): ErrorForm {
  const encode = taskForms[form].error;
  return encode ? { ...others, encodeError: encode } : others;
}

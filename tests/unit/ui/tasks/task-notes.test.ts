import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import en from "#ui/messages/en/tasks.json" with { type: "json" };
import zh from "#ui/messages/zh/tasks.json" with { type: "json" };
import { TASK_NOTES, taskNote } from "#ui/tasks/task-notes.ts";

const TASKS = path.join(import.meta.dirname, "../../../../src/relay/tasks");

// A sentence that is reworded where it is written would be shown in English to everybody.
test.each([
  ["poll-tasks.ts", "nobody knows whether it was sent", "unsent"], ["poll-tasks.ts", "It is not known whether the vendor took it.", "unknown"], ["poll-tasks.ts", "It was not ready in time.", "late"],
  ["submit-task.ts", "nobody took it", "untaken"], ["task-form.ts", "It could not be made.", "notMade"], ["protocols/veo.ts", "Nothing was made.", "nothing"],
])("%s writes “%s”, which has words", (file, sentence, key) => {
  expect(readFileSync(path.join(TASKS, file), "utf8")).toContain(`"${sentence}"`);
  expect(taskNote(sentence)).toEqual({ key, values: {} });
});

test.each([
  ["submit-task.ts", "the vendor has it as ${", "the vendor has it as task_9x", { key: "existing", values: { id: "task_9x" } }],
  ["task-call.ts", "no answer within ${", "no answer within 120 s", { key: "noAnswer", values: { seconds: "120" } }],
  ["send-submission.ts", "the vendor answered ${", "the vendor answered 504", { key: "status", values: { status: "504" } }],
])("%s writes “%s…”, and what it names is kept", (file, beginning, sentence, note) => {
  expect(readFileSync(path.join(TASKS, file), "utf8")).toContain(beginning);
  expect(taskNote(sentence)).toEqual(note);
});

test("words of vendors and staff are nobody's to translate", () => {
  expect(taskNote("The prompt was blocked.")).toBeUndefined();
  expect(taskNote("the customer asked: nobody took it")).toBeUndefined();
});

test("every note has words in both languages", () => {
  for (const words of [en.notes, zh.notes]) expect(Object.keys(words).sort()).toEqual([...TASK_NOTES, "vendor"].sort());
});

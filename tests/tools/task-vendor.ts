import type { Said } from "../integration/sdk/words.ts";

/** What the steps print; the commands do not hold these words themselves, so only a result can bring them. */
const STEPS = [["printf step-%s-42 one", "step-one-42"], ["printf step-%s-42 two", "step-two-42"]] as const;
export const DONE = "Both steps are done.";

/** Tools that run a command, as the coding tools call theirs, with the arguments that each wants. */
const SHELLS: readonly (readonly [name: string, given: (command: string) => object])[] = [
  ["Bash", (command) => ({ command, description: "Runs a step" })],
  ["bash", (command) => ({ command, description: "Runs a step" })],
  ["run_shell_command", (command) => ({ command, description: "Runs a step" })],
  ["exec_command", (cmd) => ({ cmd })],
  ["shell_command", (command) => ({ command })],
  ["shell", (command) => ({ command: ["bash", "-lc", command] })],
];

/**
 * Plays a model that has a command run, then another, then says that it is done: a loop of three turns. Questions on
 * the side, which offer no tool to run commands, get a few words.
 */
export function taskAnswer(asked: string): Said {
  const shell = SHELLS.find(([name]) => asked.includes(`"name":"${name}"`));
  if (!shell) return { text: "Two steps" };
  const at = STEPS.findIndex(([, printed]) => !asked.includes(printed));
  if (at < 0) return { text: DONE };
  const [name, given] = shell;
  return { thought: `Step ${at + 1} is next.`, text: `Now step ${at + 1}.`, calls: [{ id: `call_step_${at + 1}`, name, arguments: given(STEPS[at]![0]) }] };
}

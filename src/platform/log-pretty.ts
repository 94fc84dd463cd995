const COLOUR: Readonly<Record<string, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31, fatal: 35 };

/** One JSON line of the log as a line for people: time, level, message, fields; stacks below. */
export function prettyLine(json: string): string {
  const { time, level, msg = "", ...fields } = JSON.parse(json) as Record<string, unknown>;
  const label = String(level);
  const stacks: string[] = [];
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${render(value, stacks)}`);
  const clock = String(time).slice(11, 19);
  return [`${clock} \u001b[${COLOUR[label] ?? 0}m${label.padEnd(5)}\u001b[0m ${[String(msg), ...rest].join(" ")}`, ...stacks].join("\n") + "\n";
}

function render(value: unknown, stacks: string[]): string {
  if (typeof value === "object" && value !== null && "stack" in value && typeof value.stack === "string") {
    const { stack, ...error } = value as Record<string, unknown>;
    stacks.push(String(stack));
    return JSON.stringify(error);
  }
  return typeof value === "string" && !/\s/.test(value) ? value : JSON.stringify(value);
}

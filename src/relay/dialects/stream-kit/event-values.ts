/** What some vendors write behind the last event, also as JSON text. */
export const DONE = "[DONE]";

const LF = 10;

/**
 * The JSON values in the data of one event: one, as a rule. Where the blank line between events was forgotten each line
 * is one of its own, `[DONE]` among them. @returns undefined when it is no JSON
 */
export function eventValues(data: Buffer): readonly unknown[] | undefined {
  const text = data.toString("utf8");
  if (text.startsWith(DONE)) return [DONE];
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return data.includes(LF) ? lineValues(text) : undefined;
  }
}

function lineValues(text: string): readonly unknown[] | undefined {
  try {
    return text.split("\n").filter((line) => line.trim() !== "").map((line) => (line.startsWith(DONE) ? DONE : (JSON.parse(line) as unknown)));
  } catch {
    return undefined;
  }
}

/** The objects among values; what a gateway sends beside them (null, words) says nothing. */
export const objectsOf = <Wire extends object>(values: readonly unknown[]): readonly Wire[] =>
  values.flat().filter((value): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value));

/** The same values as events of their own. */
export const asEvents = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `data: ${value === DONE ? DONE : JSON.stringify(value)}\n\n`).join(""));

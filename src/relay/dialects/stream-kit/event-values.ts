/** What some vendors write behind the last event, also as JSON text. */
export const DONE = "[DONE]";

/**
 * The JSON values in the data of one event: one, as a rule. Where the blank line between events was forgotten each line
 * is one of its own, `[DONE]` among them; some gateways write several in one line. @returns undefined when it is no JSON
 */
export function eventValues(data: Buffer): readonly unknown[] | undefined {
  const text = data.toString("utf8");
  if (text.startsWith(DONE)) return [DONE];
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return text.startsWith("{") && text.includes("}") ? lineValues(text) : undefined;
  }
}

function lineValues(text: string): readonly unknown[] | undefined {
  try {
    return text.split("\n").flatMap(apart).map((piece) => (piece.startsWith(DONE) ? DONE : (JSON.parse(piece) as unknown)));
  } catch {
    return undefined;
  }
}

/** The objects of a line, which merely follow one another, and what stands behind them. */
function apart(line: string): readonly string[] {
  const pieces: string[] = [];
  let depth = 0, inText = false, from = 0;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at];
    if (inText && letter === "\\") at++;
    else if (letter === "\"") inText = !inText;
    else if (!inText && (letter === "{" || letter === "[")) depth++;
    else if (!inText && letter === "}" && --depth === 0) {
      pieces.push(line.slice(from, at + 1));
      from = at + 1;
    } else if (!inText && letter === "]") depth--;
  }
  return [...pieces, line.slice(from).trim()].filter((piece) => piece.trim() !== "");
}

/** The objects among values; what a gateway sends beside them (null, words) says nothing. */
export function objectsOf<Wire extends object>(values: readonly unknown[]): readonly Wire[] {
  // Nearly every event is one object.
  return values.length === 1 && isPlain(values[0]) ? (values as readonly Wire[]) : values.flat().filter((value): value is Wire => isPlain(value));
}

const isPlain = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** The same values as events of their own. */
export const asEvents = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `data: ${value === DONE ? DONE : JSON.stringify(value)}\n\n`).join(""));

/** One change of a byte range; an insertion has `start === end`. */
export type Edit = Readonly<{ start: number; end: number; text: string }>;

/**
 * Applies edits to a body without copying it: slices of the original with the new texts between them.
 * With no edits the one slice is `body` itself. Edits must not overlap. What is inserted where another edit
 * begins comes before it; insertions at one place keep their order.
 */
export function spliceBody(body: Buffer, edits: readonly Edit[]): Buffer[] {
  if (edits.length === 0) return [body];
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start > at) parts.push(body.subarray(at, start));
    if (text !== "") parts.push(Buffer.from(text));
    at = end;
  }
  if (at < body.length) parts.push(body.subarray(at));
  return parts;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** The range of the key (quotes included) whose value begins at `valueStart`. */
export function keyRange(body: Buffer, valueStart: number): readonly [start: number, end: number] {
  let end = valueStart;
  while (body[end - 1] !== QUOTE) end--;
  let start = end - 2;
  while (body[start] !== QUOTE || body[start - 1] === BACKSLASH) start--;
  return [start, end];
}

/** Removes members of the top-level object together with their commas. @param values ranges of their values */
export function removeMembers(body: Buffer, values: readonly (readonly [start: number, end: number])[]): Edit[] {
  const edits: Edit[] = [];
  for (const [valueStart, valueEnd] of values.toSorted(([a], [b]) => a - b)) {
    const [keyStart] = keyRange(body, valueStart);
    const before = edits.at(-1);
    // Neighbours go as one, or the comma between them would be taken twice and the one in front of them stay.
    const start = before !== undefined && afterComma(body, before.end) === keyStart ? edits.pop()!.start : keyStart;
    edits.push({ start, end: valueEnd, text: "" });
  }
  return edits.map(({ start, end }) => withComma(body, start, end));
}

/** Where the next member begins behind a comma; undefined = there is none. */
function afterComma(body: Buffer, at: number): number | undefined {
  while (isBlank(body[at])) at++;
  if (body[at] !== 44) return undefined;
  at++;
  while (isBlank(body[at])) at++;
  return at;
}

function withComma(body: Buffer, keyStart: number, valueEnd: number): Edit {
  let end = valueEnd;
  while (isBlank(body[end])) end++;
  if (body[end] === 44) return { start: keyStart, end: end + 1, text: "" };
  let start = keyStart;
  while (isBlank(body[start - 1])) start--;
  if (body[start - 1] === 44) start--;
  return { start, end: valueEnd, text: "" };
}

/** Adds members at the front of the top-level object. `members` is JSON without braces, e.g. `"n":1`. */
export function insertMembers(body: Buffer, members: string): Edit {
  let at = 0;
  while (isBlank(body[at])) at++;
  at++;
  let next = at;
  while (isBlank(body[next])) next++;
  const isEmpty = body[next] === 125;
  return { start: at, end: at, text: isEmpty ? members : `${members},` };
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

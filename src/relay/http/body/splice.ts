/** One change of a byte range; an insertion has `start === end`. */
export type Edit = Readonly<{ start: number; end: number; text: string }>;

/**
 * Applies edits to a body without copying it: slices of the original with the new texts between them.
 * With no edits the one slice is `body` itself. Edits must not overlap; equal starts keep their order.
 */
export function spliceBody(body: Buffer, edits: readonly Edit[]): Buffer[] {
  if (edits.length === 0) return [body];
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
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

/** Removes a member of the top-level object together with one comma. */
export function removeMember(body: Buffer, value: readonly [start: number, end: number]): Edit {
  const [keyStart] = keyRange(body, value[0]);
  let end = value[1];
  while (isBlank(body[end])) end++;
  if (body[end] === 44) return { start: keyStart, end: end + 1, text: "" };
  let start = keyStart;
  while (isBlank(body[start - 1])) start--;
  if (body[start - 1] === 44) start--;
  return { start, end: value[1], text: "" };
}

/** Removes several members of the top-level object, neighbours too, with as many commas. */
export function removeMembers(body: Buffer, values: readonly (readonly [start: number, end: number])[]): Edit[] {
  const runs: { start: number; end: number }[] = [];
  for (const value of values.toSorted((a, b) => a[0] - b[0])) {
    const [start] = keyRange(body, value[0]);
    const comma = skipBlank(body, value[1]);
    const end = body[comma] === 44 ? comma + 1 : value[1];
    const last = runs.at(-1);
    if (last !== undefined && skipBlank(body, last.end) === start) last.end = end;
    else runs.push({ start, end });
  }
  return runs.map(({ start, end }) => ({ start: body[end - 1] === 44 ? start : behindLast(body, start), end, text: "" }));
}

const skipBlank = (body: Buffer, at: number): number => {
  while (isBlank(body[at])) at++;
  return at;
};

/** Where the member before ends, if there is one: the comma between goes as well. */
function behindLast(body: Buffer, start: number): number {
  let at = start;
  while (isBlank(body[at - 1])) at--;
  return body[at - 1] === 44 ? at - 1 : at;
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

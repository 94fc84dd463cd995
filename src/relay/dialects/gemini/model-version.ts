import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";
import { isWire } from "#relay/dialects/gemini/wire.ts";

const KEY = Buffer.from('"modelVersion"');
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;

/**
 * The bytes of an object, or of the event that holds it, with the public name of the model as its `modelVersion`.
 *
 * @param value what the bytes say
 */
export function renamed(bytes: Buffer, value: unknown, publicModel: string): Buffer {
  if (!isWire(value) || typeof value.modelVersion !== "string" || value.modelVersion === publicModel) return bytes;
  const range = rangeOf(bytes);
  if (!range) return bytes;
  return Buffer.concat([bytes.subarray(0, range[0]), Buffer.from(JSON.stringify(publicModel)), bytes.subarray(range[1])]);
}

function rangeOf(bytes: Buffer): readonly [start: number, end: number] | undefined {
  const first = bytes.indexOf(KEY);
  if (first < 0) return undefined;
  if (bytes.indexOf(KEY, first + KEY.length) < 0) return valueAfter(bytes, first + KEY.length);
  // A call's arguments may have a member of that name, too: only the object's own counts.
  const start = bytes.indexOf(123);
  const end = bytes.lastIndexOf(125) + 1;
  let found: readonly [number, number] | undefined;
  const walker = new JsonWalker(bytes.subarray(start, end));
  try {
    walkTopLevel(walker, () => COUNT_NOTHING, (key, from, to) => {
      if (key === "modelVersion") found = [start + from, start + to];
    });
  } catch (error) {
    // Braces beside the object, in what the event says of itself: its own are somewhere else.
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
  return found;
}

function valueAfter(bytes: Buffer, at: number): readonly [start: number, end: number] | undefined {
  at = blank(bytes, at);
  if (bytes[at] !== COLON) return undefined;
  const start = blank(bytes, at + 1);
  if (bytes[start] !== QUOTE) return undefined;
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end > 0 && bytes[end - 1] === BACKSLASH) end = bytes.indexOf(QUOTE, end + 1);
  return end < 0 ? undefined : [start, end + 1];
}

function blank(bytes: Buffer, at: number): number {
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
  return at;
}

import { isUtf8 } from "node:buffer";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import type { Edit } from "#relay/http/body/splice.ts";
import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";

type Range = readonly [start: number, end: number];

/** What the client is told instead of what the vendor says. */
export type ReplyEdits = Readonly<{ model?: string; store?: boolean; previousResponseId?: string; responseId?: string }>;

export const editsOf = ({ rewriteModel, publicModel, reply }: PassOptions): ReplyEdits => ({ ...(rewriteModel && { model: publicModel }), ...reply });

/** Ranges of the members of the object that `bytes` are; undefined when they are no JSON object. */
export function memberRanges(bytes: Buffer): ReadonlyMap<string, Range> | undefined {
  const ranges = new Map<string, Range>();
  try {
    if (!isUtf8(bytes)) return undefined;
    walkTopLevel(new JsonWalker(bytes), () => COUNT_NOTHING, (key, start, end) => ranges.set(key, [start, end]));
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
  return ranges;
}

/** Edits of a response object whose members stand at `ranges`, `offset` bytes into what is edited. */
export function responseEdits(bytes: Buffer, ranges: ReadonlyMap<string, Range>, edits: ReplyEdits, offset = 0): readonly Edit[] {
  const found: Edit[] = [];
  const put = (key: string, value: unknown): void => {
    const range = ranges.get(key);
    if (value === undefined || !range) return;
    const text = JSON.stringify(value);
    if (bytes.toString("utf8", range[0], range[1]) !== text) found.push({ start: range[0] + offset, end: range[1] + offset, text });
  };
  put("id", edits.responseId);
  put("model", edits.model);
  put("store", edits.store);
  put("previous_response_id", edits.previousResponseId);
  return found;
}
